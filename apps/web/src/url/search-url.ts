import { canonicalCategoryOrArchive, canonicalVenue, parsePaperKey, printPaperId } from "@cool-papers/core";
import type { SearchMode, SearchSort } from "@cool-papers/search";
import { DEFAULT_SHOW, MAX_SHOW, MAX_SKIP } from "./limits.ts";

export type SearchScope = "all" | "arxiv" | "venue";
export type SearchSource = "arxiv" | "venue";

export const SEARCH_MODES = ["hybrid", "keyword", "semantic"] as const satisfies readonly SearchMode[];
export const SEARCH_SORTS = [
  "relevance",
  "newest",
  "oldest",
  "stars",
] as const satisfies readonly SearchSort[];
const SOURCES = ["arxiv", "venue"] as const satisfies readonly SearchSource[];

/** What the address of a search page holds. Every field has a value that leaves the address as it is. */
export interface SearchState {
  /** Where the address looks: `/search`, `/arxiv/search` or `/venue/search`. */
  readonly scope: SearchScope;
  /** As typed. */
  readonly text: string;
  /** Keys of papers whose like are looked for; then `text` is not used. */
  readonly like: readonly string[];
  readonly mode: SearchMode;
  readonly sort: SearchSort;
  readonly categories: readonly string[];
  readonly venues: readonly string[];
  readonly years: { readonly from: number | null; readonly to: number | null };
  readonly source: SearchSource | null;
  readonly skip: number;
  readonly show: number;
  readonly isHighlighted: boolean;
  /** False when a reader meant the spelling as it is. */
  readonly isSpellingCorrected: boolean;
}

/** Something in the address that was not understood and is left out, for a notice on the page. */
export interface AddressNotice {
  readonly parameter: string;
  readonly value: string;
}

const PATH_OF_SCOPE: Record<SearchScope, string> = {
  all: "/search",
  arxiv: "/arxiv/search",
  venue: "/venue/search",
};

const YEARS = /^(\d{4})?(?:(\.\.)(\d{4})?)?$/;

/** Reads a search address. Total: what makes no sense is left out and reported. */
export function readSearchUrl(
  scope: SearchScope,
  parameters: URLSearchParams,
): { state: SearchState; notices: readonly AddressNotice[] } {
  const notices: AddressNotice[] = [];
  const report = (parameter: string, value: string): void => {
    notices.push({ parameter, value: value.slice(0, 80) });
  };
  const oneOf = <Value extends string>(name: string, values: readonly Value[]): Value | null => {
    const given = parameters.get(name);
    if (given === null || given === "") return null;
    const known = values.find((value) => value === given.toLowerCase());
    if (known === undefined) report(name, given);
    return known ?? null;
  };
  const wholeNumber = (name: string, least: number, most: number, otherwise: number): number => {
    const given = parameters.get(name);
    if (given === null || given === "") return otherwise;
    if (!/^-?\d{1,15}$/.test(given.trim())) {
      report(name, given);
      return otherwise;
    }
    const value = Number(given);
    if (value < least || value > most) report(name, given);
    return Math.min(most, Math.max(least, value));
  };
  const list = (name: string, read: (item: string) => string | null): string[] => {
    const values = new Set<string>();
    for (const item of parameters.getAll(name).flatMap((value) => value.split(","))) {
      if (item.trim() === "") continue;
      const value = read(item.trim());
      if (value === null || values.size >= 50) report(name, item);
      else values.add(value);
    }
    return [...values];
  };

  const state: SearchState = {
    scope,
    text: parameters.get("q") ?? parameters.get("query") ?? "",
    like: list("like", (item) => {
      const id = parsePaperKey(item) ?? parsePaperKey(`arxiv:${item}`);
      return id === null ? null : printPaperId(id);
    }),
    mode: oneOf("mode", SEARCH_MODES) ?? "hybrid",
    sort: oneOf("sort", SEARCH_SORTS) ?? "relevance",
    categories: list("cat", canonicalCategoryOrArchive),
    venues: list("venue", (item) => (item.length <= 60 ? canonicalVenue(item) : null)),
    years: readYears(parameters.get("year") ?? "", report),
    source: oneOf("source", SOURCES),
    skip: wholeNumber("skip", 0, MAX_SKIP, 0),
    show: wholeNumber("show", 1, MAX_SHOW, DEFAULT_SHOW),
    isHighlighted: parameters.get("highlight") !== "0",
    isSpellingCorrected: parameters.get("spelling") !== "as-typed",
  };
  return { state, notices };
}

function readYears(
  text: string,
  report: (parameter: string, value: string) => void,
): { from: number | null; to: number | null } {
  const match = YEARS.exec(text.trim());
  const none = { from: null, to: null };
  if (match === null) {
    report("year", text);
    return none;
  }
  const [, from, dots, to] = match;
  const first = from === undefined ? null : Number(from);
  const last = dots === undefined ? first : to === undefined ? null : Number(to);
  if (first !== null && last !== null && first > last) {
    report("year", text);
    return none;
  }
  return { from: first, to: last };
}

/** `2017`, `2017..2020`, `2017..`, or an empty text. `readSearchUrl` reads it back. */
export function printYears({ from, to }: SearchState["years"]): string {
  if (from === null && to === null) return "";
  return from === to ? String(from) : `${from ?? ""}..${to ?? ""}`;
}

/** Query part of the address, without what has its usual value. `readSearchUrl` reads it back. */
export function searchParameters(state: SearchState): URLSearchParams {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string, usual: string): void => {
    if (value !== usual) parameters.set(name, value);
  };
  set(state.scope === "all" ? "q" : "query", state.text, "");
  set("like", state.like.join(","), "");
  set("mode", state.mode, "hybrid");
  set("sort", state.sort, "relevance");
  set("cat", state.categories.join(","), "");
  set("venue", state.venues.join(","), "");
  set("year", printYears(state.years), "");
  set("source", state.source ?? "", "");
  set("skip", String(state.skip), "0");
  set("show", String(state.show), String(DEFAULT_SHOW));
  set("highlight", state.isHighlighted ? "1" : "0", "1");
  set("spelling", state.isSpellingCorrected ? "" : "as-typed", "");
  return parameters;
}

/** Address of a search page on this site. */
export function searchUrl(state: SearchState): string {
  const parameters = searchParameters(state).toString();
  return PATH_OF_SCOPE[state.scope] + (parameters === "" ? "" : `?${parameters}`);
}

/** The same search with a change; any change but of the page itself goes back to the first result. */
export function changed(state: SearchState, change: Partial<SearchState>): SearchState {
  return { ...state, skip: 0, ...change };
}

/** The search as a feed follows it: its newest papers, from the first on. */
export function followedSearch(state: SearchState): string {
  return searchUrl(changed(state, { sort: "newest", show: DEFAULT_SHOW }));
}

/** A search for a text, everything else as usual. */
export function searchFor(text: string): string {
  return `/search?${new URLSearchParams({ q: text })}`;
}
