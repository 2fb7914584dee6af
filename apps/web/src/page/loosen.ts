import {
  isEmptyQuery,
  parseSearchQuery,
  printSearchQuery,
  type SearchQuery,
  type TextClause,
} from "@cool-papers/core";
import type { MessageKey } from "../i18n/translate.ts";
import { changed, printYears, type SearchState } from "../url/search-url.ts";

/** A search with one condition less, and how to name it. */
export interface Loosening {
  readonly state: SearchState;
  readonly key: MessageKey;
  readonly values: Record<string, string>;
}

/** Longest query whose words are offered one by one. */
const MAX_WORDS = 6;

/**
 * What to try when nothing matches, the least painful first: mended spelling, one filter of the page less, phrases taken apart,
 * excluded words allowed, one operator or word less. `semantic` is offered only where vectors exist.
 */
export function loosen(state: SearchState, query: SearchQuery, hasVectors: boolean): readonly Loosening[] {
  const options: Loosening[] = state.isSpellingCorrected
    ? []
    : [
        {
          state: changed(state, { isSpellingCorrected: true }),
          key: "search.correctSpelling",
          values: {},
        },
      ];
  options.push(...withoutFilters(state));
  query.clauses.forEach((clause, index) => {
    const rest = query.clauses.filter((_, other) => other !== index);
    const offer = (clauses: readonly TextClause[], key: MessageKey, values: Record<string, string>): void => {
      const edited = { ...query, clauses };
      if (!isEmptyQuery(edited))
        options.push({ state: changed(state, { text: printSearchQuery(edited) }), key, values });
    };
    if (clause.excluded) offer(rest, "search.dropExcluded", { word: clause.text });
    else if (clause.kind === "phrase" && /\s/.test(clause.text)) {
      const words = clause.text.split(/\s+/).map((text): TextClause => ({ ...clause, kind: "term", text }));
      offer(
        query.clauses.flatMap((other, place) => (place === index ? words : [other])),
        "search.dropPhrase",
        {
          phrase: `“${clause.text}”`,
        },
      );
    } else if (query.clauses.length <= MAX_WORDS) offer(rest, "search.dropWord", { word: clause.text });
  });
  options.push(...withoutOperators(state, query));
  if (state.scope !== "all")
    options.push({
      state: changed(state, { scope: "all" }),
      key: "search.wider",
      values: { scope: state.scope },
    });
  if (hasVectors && state.mode === "keyword") {
    options.push({ state: changed(state, { mode: "semantic" }), key: "search.byMeaning", values: {} });
  }
  return [...options, ...onlyWords(state, query)];
}

/** The last resort, for searches that fail in several ways at once: the wanted words, anywhere and in any field. */
function onlyWords(state: SearchState, query: SearchQuery): readonly Loosening[] {
  const text = query.clauses
    .filter(({ excluded }) => !excluded)
    .map((clause) => clause.text)
    .join(" ");
  if (text === "") return [];
  const looser = { ...withoutAllFilters(state), text, scope: "all", mode: "hybrid" } as const;
  const hasChanged = text !== state.text.trim() || state.scope !== "all" || activeFilters(state).length > 0;
  return hasChanged ? [{ state: looser, key: "search.onlyWords", values: { words: text } }] : [];
}

/** A filter of the page, for its chip and for leaving it out. */
export interface ActiveFilter {
  readonly kind: "category" | "venue" | "year" | "source";
  readonly value: string;
  readonly without: SearchState;
}

export function activeFilters(state: SearchState): readonly ActiveFilter[] {
  const years = printYears(state.years);
  return [
    ...state.categories.map(
      (value): ActiveFilter => ({
        kind: "category",
        value,
        without: changed(state, { categories: state.categories.filter((other) => other !== value) }),
      }),
    ),
    ...state.venues.map(
      (value): ActiveFilter => ({
        kind: "venue",
        value,
        without: changed(state, { venues: state.venues.filter((other) => other !== value) }),
      }),
    ),
    ...(years === ""
      ? []
      : [
          {
            kind: "year",
            value: years,
            without: changed(state, { years: { from: null, to: null } }),
          } as const,
        ]),
    ...(state.source === null
      ? []
      : [{ kind: "source", value: state.source, without: changed(state, { source: null }) } as const]),
  ];
}

/** The search without any filter of the page; the operators in the text stay. */
export function withoutAllFilters(state: SearchState): SearchState {
  return changed(state, { categories: [], venues: [], years: { from: null, to: null }, source: null });
}

function withoutFilters(state: SearchState): readonly Loosening[] {
  const filters = activeFilters(state);
  const single = filters.map(
    ({ value, without }): Loosening => ({
      state: without,
      key: "search.dropFilter",
      values: { name: value },
    }),
  );
  if (filters.length < 2) return single;
  return [...single, { state: withoutAllFilters(state), key: "search.dropFilters", values: {} }];
}

const OPERATORS: readonly { readonly name: string; readonly empty: Partial<SearchQuery["filters"]> }[] = [
  { name: "cat:", empty: { categories: [], excludedCategories: [] } },
  { name: "venue:", empty: { venues: [], excludedVenues: [] } },
  { name: "year:", empty: { yearFrom: null, yearTo: null } },
  { name: "date:", empty: { dateFrom: null, dateTo: null } },
  { name: "id:", empty: { ids: [] } },
  { name: "source:", empty: { sources: [] } },
];

function withoutOperators(state: SearchState, query: SearchQuery): readonly Loosening[] {
  const text = printSearchQuery(query);
  return OPERATORS.flatMap(({ name, empty }): Loosening[] => {
    const edited = { ...query, filters: { ...query.filters, ...empty } };
    const editedText = printSearchQuery(edited);
    if (editedText === text || isEmptyQuery(edited)) return [];
    return [
      { state: changed(state, { text: editedText }), key: "search.dropOperator", values: { operator: name } },
    ];
  });
}

/** The query as it is searched: the text of the box, read. */
export function queryOf(state: SearchState): SearchQuery {
  return parseSearchQuery(state.text);
}
