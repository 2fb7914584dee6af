/**
 * The search query language (S3):
 *
 *     query    = (clause | filter)*                   separated by blanks
 *     clause   = ["-"] [field ":"] (word | '"' words '"')   field = title | abstract | author
 *     filter   = ["-"] "cat:" expression | ["-"] "venue:" names
 *              | "year:" range | "date:" range | "id:" ids | "source:" (arxiv | venue)
 *
 * Parsing is total: a malformed operator is taken as text, with a notice. Full-width and curly punctuation counts as
 * its ASCII form. Repeated `cat:`, `venue:`, `id:` and `source:` add alternatives; repeated ranges intersect.
 */
import { parseArxivId } from "./arxiv-id.ts";
import { parseCategoryExpression } from "./category-expression.ts";
import { intersectRanges, parseDateRange, parseYearRange } from "./date-range.ts";
import { findPaperIds } from "./find-paper-ids.ts";
import { type PaperId, parsePaperKey, parseVenuePaperId, printPaperId } from "./paper-id.ts";
import {
  NO_FILTERS,
  type PaperSource,
  type QueryFilters,
  type QueryNotice,
  type SearchQuery,
  type TextClause,
  type TextField,
} from "./query.ts";
import { normalizePunctuation } from "./query-punctuation.ts";
import { canonicalVenue, parseEdition } from "./venue-name.ts";

/** Characters that are read; the rest is cut off with a notice. */
export const MAX_QUERY_LENGTH = 2000;

type Operator = TextField | "cat" | "venue" | "year" | "date" | "id" | "source";

/** Names that readers write for an operator. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  title: "title",
  ti: "title",
  标题: "title",
  abstract: "abstract",
  abs: "abstract",
  摘要: "abstract",
  author: "author",
  au: "author",
  作者: "author",
  cat: "cat",
  category: "cat",
  分类: "cat",
  venue: "venue",
  conference: "venue",
  会议: "venue",
  year: "year",
  年份: "year",
  date: "date",
  日期: "date",
  id: "id",
  source: "source",
  来源: "source",
};

interface Token {
  readonly excluded: boolean;
  readonly operator: Operator | null;
  /** The operator as typed with its colon, for text that is taken back. */
  readonly prefix: string;
  readonly value: string;
  readonly isQuoted: boolean;
}

const TOKEN = /(-*)(?:([A-Za-z\u4e00-\u9fff]{2,10}):)?(?:"([^"]*)"|([^\s"]*))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    TOKEN.lastIndex = index;
    const [whole = "", minus = "", name = "", quoted, bare = ""] = TOKEN.exec(text) ?? [];
    // A blank, or a quote that has no partner, matches nothing.
    index += Math.max(whole.length, 1);
    if (whole === "") continue;
    const operator = Object.hasOwn(OPERATORS, name.toLowerCase())
      ? (OPERATORS[name.toLowerCase()] ?? null)
      : null;
    const prefix = name === "" ? "" : `${name}:`;
    const excluded = minus !== "";
    if (operator === null && name !== "" && quoted !== undefined) {
      tokens.push({ excluded, operator, prefix: "", value: prefix, isQuoted: false });
      tokens.push({ excluded, operator, prefix: "", value: quoted, isQuoted: true });
    } else {
      const value = operator === null && quoted === undefined ? prefix + bare : (quoted ?? bare);
      tokens.push({ excluded, operator, prefix, value: value.trim(), isQuoted: quoted !== undefined });
    }
  }
  return tokens;
}

/** The query while it is read. */
interface Draft {
  readonly clauses: TextClause[];
  readonly notices: QueryNotice[];
  filters: QueryFilters;
}

function notice(draft: Draft, code: QueryNotice["code"], value: string): void {
  draft.notices.push({ code, value: value.slice(0, 80) });
}

function addText(draft: Draft, token: Token, field: TextField | null, text: string): void {
  const words = text
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");
  if (words === "") return;
  draft.clauses.push({
    kind: token.isQuoted ? "phrase" : "term",
    text: words,
    field,
    excluded: token.excluded,
  });
}

/** A malformed operator is text again, as it was typed. */
function takeAsText(draft: Draft, token: Token, code: QueryNotice["code"]): void {
  const typed = token.prefix + token.value;
  notice(draft, code, typed);
  addText(draft, token, null, token.isQuoted && token.value !== "" ? token.value : typed);
}

function union<T>(list: readonly T[], more: readonly T[]): T[] {
  return [...new Set([...list, ...more])];
}

function setFilters(draft: Draft, change: Partial<QueryFilters>): void {
  draft.filters = { ...draft.filters, ...change };
}

function addCategories(draft: Draft, token: Token): void {
  const { include, exclude, unknown } = parseCategoryExpression(token.value);
  if (unknown.length > 0 || include.length + exclude.length === 0) {
    takeAsText(draft, token, "unknown-category");
    return;
  }
  const [wanted, unwanted] = token.excluded ? [exclude, include] : [include, exclude];
  setFilters(draft, {
    categories: union(draft.filters.categories, wanted),
    excludedCategories: union(draft.filters.excludedCategories, unwanted),
  });
}

function addVenues(draft: Draft, token: Token): void {
  const names = token.value
    .split(/[,，]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) {
    takeAsText(draft, token, "empty-operator");
    return;
  }
  if (token.excluded) {
    setFilters(draft, { excludedVenues: union(draft.filters.excludedVenues, names.map(canonicalVenue)) });
    return;
  }
  const editions = names.map((name) =>
    /\.(?:19|20)\d{2}$/.test(name) ? parseEdition(name) : { venue: canonicalVenue(name), year: null },
  );
  setFilters(draft, {
    venues: union(
      draft.filters.venues,
      editions.map((edition) => edition.venue),
    ),
  });
  const years = editions.flatMap((edition) => edition.year ?? []);
  if (years.length > 0) narrowYears(draft, Math.min(...years), Math.max(...years));
}

function narrowYears(draft: Draft, from: number | null, to: number | null): void {
  const { yearFrom, yearTo } = draft.filters;
  const range = intersectRanges({ from: yearFrom, to: yearTo }, { from, to });
  setFilters(draft, { yearFrom: range.from, yearTo: range.to });
}

function addYears(draft: Draft, token: Token): void {
  const range = parseYearRange(token.value);
  if (range === null) {
    takeAsText(draft, token, "bad-year");
    return;
  }
  narrowYears(draft, range.from, range.to);
}

function addDates(draft: Draft, token: Token): void {
  const range = parseDateRange(token.value);
  if (range === null) {
    takeAsText(draft, token, "bad-date");
    return;
  }
  const { dateFrom, dateTo } = draft.filters;
  const both = intersectRanges({ from: dateFrom, to: dateTo }, range);
  setFilters(draft, { dateFrom: both.from, dateTo: both.to });
}

function addIds(draft: Draft, token: Token): void {
  const pieces = token.value.split(/[\s,，、]+/);
  const exact = pieces.map(
    (piece) => parsePaperKey(piece) ?? parseVenuePaperId(piece) ?? parseArxivId(piece),
  );
  const found = exact.includes(null) ? findPaperIds(token.value) : exact.filter((id) => id !== null);
  if (found.length === 0) {
    takeAsText(draft, token, "bad-id");
    return;
  }
  const byKey = new Map<string, PaperId>();
  for (const { scheme, local } of [...draft.filters.ids, ...found]) {
    const id = { scheme, local };
    byKey.set(printPaperId(id), id);
  }
  setFilters(draft, { ids: [...byKey.values()] });
}

function addSources(draft: Draft, token: Token): void {
  const names = token.value
    .toLowerCase()
    .split(/[,，]/)
    .filter((name) => name !== "");
  const isSource = (name: string): name is PaperSource => name === "arxiv" || name === "venue";
  const sources = names.filter(isSource);
  if (sources.length === 0 || sources.length < names.length) {
    takeAsText(draft, token, "bad-source");
    return;
  }
  setFilters(draft, { sources: union(draft.filters.sources, sources) });
}

/** What each operator does with a value that is not empty. */
const APPLY: Readonly<Record<Operator, (draft: Draft, token: Token) => void>> = {
  title: (draft, token) => addText(draft, token, "title", token.value),
  abstract: (draft, token) => addText(draft, token, "abstract", token.value),
  author: (draft, token) => addText(draft, token, "author", token.value),
  cat: addCategories,
  venue: addVenues,
  year: addYears,
  date: addDates,
  id: addIds,
  source: addSources,
};
const EXCLUDABLE: ReadonlySet<Operator> = new Set<Operator>(["title", "abstract", "author", "cat", "venue"]);

function apply(draft: Draft, token: Token): void {
  const { operator } = token;
  if (operator === null) addText(draft, token, null, token.value);
  else if (token.value === "") takeAsText(draft, token, "empty-operator");
  else if (token.excluded && !EXCLUDABLE.has(operator)) takeAsText(draft, token, "cannot-exclude");
  else APPLY[operator](draft, token);
}

function withoutLastQuote(text: string): string {
  const last = text.lastIndexOf('"');
  return text.slice(0, last) + text.slice(last + 1);
}

/** Reads any text as a query; what could not be understood is text, and `notices` says so. */
export function parseSearchQuery(text: string): SearchQuery {
  const draft: Draft = { clauses: [], notices: [], filters: NO_FILTERS };
  let source = normalizePunctuation(text.slice(0, MAX_QUERY_LENGTH).toWellFormed());
  if (text.length > MAX_QUERY_LENGTH)
    notice(draft, "too-long", text.slice(MAX_QUERY_LENGTH, MAX_QUERY_LENGTH + 80).toWellFormed());
  if ((source.split('"').length - 1) % 2 === 1) {
    notice(draft, "unbalanced-quote", source.slice(source.lastIndexOf('"')));
    source = withoutLastQuote(source);
  }
  for (const token of tokenize(source)) apply(draft, token);
  return draft;
}
