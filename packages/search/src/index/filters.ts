import { expandCategory, NO_FILTERS, printPaperId, type QueryFilters } from "@cool-papers/core";
import { dayNumber } from "./build-segment.ts";
import type { Segment } from "./segment.ts";
import { SOURCE_BITS } from "./segment-arrays.ts";

/** The facets a reader can choose in; each is one bit of a failure mask. */
export const FACET_BITS = { categories: 1, venues: 2, years: 4, sources: 8 } as const;
/** Set when a condition fails that no facet stands for. */
export const HARD_FAILURE = 16;

/** For a document, which facets' conditions it fails (FACET_BITS), or HARD_FAILURE. 0 passes. */
export type FilterCheck = (doc: number) => number;

/** Compiles a query's own filters (all hard) and the reader's facet choices (soft, by facet) for one segment. */
export function compileFilters(
  segment: Segment,
  own: QueryFilters,
  chosen: Partial<QueryFilters>,
): FilterCheck {
  const hard = conditions(segment, own).map((condition) => ({ ...condition, bit: HARD_FAILURE }));
  const soft = conditions(segment, { ...NO_FILTERS, ...chosen });
  const all = [...hard, ...soft];
  if (all.length === 0) return () => 0;
  return (doc) => {
    let failed = 0;
    for (const condition of all) if (!condition.holds(doc)) failed |= condition.bit;
    return failed;
  };
}

interface Condition {
  readonly bit: number;
  readonly holds: (doc: number) => boolean;
}

function conditions(segment: Segment, filters: QueryFilters): Condition[] {
  const { arrays } = segment;
  const list: Condition[] = [];
  const add = (bit: number, holds: (doc: number) => boolean): void => {
    list.push({ bit, holds });
  };
  const category = (ids: readonly string[]) =>
    hasAny(arrays.categoryStart, arrays.categoryIds, idSet(segment.categories, categoriesIn(ids), isSame));
  const venue = (names: readonly string[]) =>
    hasAny(arrays.venueStart, arrays.venueIds, idSet(segment.venues, names, isSameVenue));
  if (filters.categories.length > 0) add(FACET_BITS.categories, category(filters.categories));
  if (filters.excludedCategories.length > 0) add(HARD_FAILURE, not(category(filters.excludedCategories)));
  if (filters.venues.length > 0) add(FACET_BITS.venues, venue(filters.venues));
  if (filters.excludedVenues.length > 0) add(HARD_FAILURE, not(venue(filters.excludedVenues)));
  const { yearFrom, yearTo } = filters;
  if (yearFrom !== null) add(FACET_BITS.years, (doc) => arrays.years[doc]! >= yearFrom);
  if (yearTo !== null) add(FACET_BITS.years, (doc) => arrays.years[doc]! <= yearTo);
  if (filters.dateFrom !== null) {
    const from = dayNumber(filters.dateFrom);
    add(HARD_FAILURE, (doc) => arrays.days[doc]! >= from);
  }
  if (filters.dateTo !== null) {
    const to = dayNumber(filters.dateTo);
    add(HARD_FAILURE, (doc) => arrays.days[doc]! <= to);
  }
  if (filters.ids.length > 0) {
    const docs = new Set(
      filters.ids.flatMap((id) => segment.docsOfMember(printPaperId({ scheme: id.scheme, local: id.local }))),
    );
    add(HARD_FAILURE, (doc) => docs.has(doc));
  }
  if (filters.sources.length > 0) {
    const bits = filters.sources.reduce((mask, source) => mask | SOURCE_BITS[source], 0);
    add(FACET_BITS.sources, (doc) => (arrays.sources[doc]! & bits) !== 0);
  }
  return list;
}

const not =
  (holds: (doc: number) => boolean) =>
  (doc: number): boolean =>
    !holds(doc);

/** An archive stands for its categories and for papers that carry nothing but the archive. */
export const categoriesIn = (ids: readonly string[]): string[] => [
  ...new Set(ids.flatMap((id) => [id, ...expandCategory(id)])),
];

const isSame = (value: string, wanted: string): boolean => value === wanted;

const isSameVenue = (venue: string, wanted: string): boolean => venue.toLowerCase() === wanted.toLowerCase();

function idSet(
  table: { length: number; get(index: number): string },
  wanted: readonly string[],
  matches: (value: string, wanted: string) => boolean,
): Uint8Array {
  const set = new Uint8Array(table.length);
  for (let id = 0; id < set.length; id++) {
    const value = table.get(id);
    if (wanted.some((one) => matches(value, one))) set[id] = 1;
  }
  return set;
}

function hasAny(start: Uint32Array, ids: Uint16Array, wanted: Uint8Array): (doc: number) => boolean {
  return (doc) => {
    for (let at = start[doc]!; at < start[doc + 1]!; at++) if (wanted[ids[at]!] === 1) return true;
    return false;
  };
}
