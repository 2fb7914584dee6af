import { printPaperId, type QueryFilters } from "@cool-papers/core";
import { dayNumber } from "../index/build-segment.ts";
import { categoriesIn } from "../index/filters.ts";
import type { Segment } from "../index/segment.ts";
import { SOURCE_BITS } from "../index/segment-arrays.ts";
import type { DocRef } from "../index/text-search.ts";
import { VectorDimensionError } from "./errors.ts";
import type { IndexState } from "./index-store.ts";
import { documentOfRow } from "./segment-store.ts";

export interface NearHit extends DocRef {
  /** Inner product with the query vector: the cosine, as both are unit vectors. */
  readonly similarity: number;
}

export interface VectorQuery {
  readonly vector: Float32Array;
  readonly limit: number;
  readonly filters: readonly Partial<QueryFilters>[];
  /** Conditions SQL does not know; the search widens until enough hits pass. */
  readonly isAllowed: (ref: DocRef) => boolean;
}

const WIDEN = 4;
const MAX_NEIGHBOURS = 4_096;

/** A hybrid search adds at most this many documents that no query word led to. */
const MOST_BY_MEANING = 50;
/** They must lie in this upper part of the range of similarities. */
const UPPER_PART = 0.5;

/**
 * The neighbours without the query's words that a hybrid search shows: those nearer than the middle between the first
 * and the last neighbour, at most MOST_BY_MEANING. Relative, because the cosines of unrelated texts are near 0 in one
 * model and 0.8 in another. Depends on the neighbours alone, so all pages of a search agree on it.
 */
export function closeInMeaningOnly(
  near: readonly NearHit[],
  isMatch: (hit: NearHit) => boolean,
): ReadonlySet<NearHit> {
  const first = near[0]?.similarity ?? 0;
  const last = near.at(-1)?.similarity ?? 0;
  const floor = last + UPPER_PART * (first - last);
  const close = near.filter((hit) => hit.similarity >= floor && hit.similarity > 0 && !isMatch(hit));
  return new Set(close.slice(0, MOST_BY_MEANING));
}

/** The nearest live documents that pass, nearest first, ties by key. */
export async function searchVectors(state: IndexState, query: VectorQuery): Promise<NearHit[]> {
  const dimension = state.manifest.vectorDimension;
  if (dimension === null) return [];
  if (query.vector.length !== dimension) {
    throw new VectorDimensionError(
      `the query vector has ${query.vector.length} numbers, the index has ${dimension}: use the model that the index was built with, or rebuild`,
    );
  }
  const found = await Promise.all(
    state.stored.map((stored, segment) =>
      stored.vectorDimension === dimension ? searchSegment(state, segment, query) : Promise.resolve([]),
    ),
  );
  const keyOf = (hit: NearHit): string => state.stored[hit.segment]!.segment.keys.get(hit.doc);
  return found
    .flat()
    .sort((left, right) => right.similarity - left.similarity || (keyOf(left) < keyOf(right) ? -1 : 1))
    .slice(0, query.limit);
}

async function searchSegment(state: IndexState, segment: number, query: VectorQuery): Promise<NearHit[]> {
  for (let neighbours = query.limit; ; neighbours *= WIDEN) {
    const hits = await nearest(state, segment, query, neighbours);
    const allowed = hits.filter((hit) => query.isAllowed(hit));
    if (allowed.length >= query.limit || hits.length < neighbours || neighbours >= MAX_NEIGHBOURS)
      return allowed;
  }
}

/** Partitions of the vector index that an ordinary search looks into; see buildVectorIndex. */
const PROBES = 24;
const ALL_PROBES = 65_536;

async function nearest(
  state: IndexState,
  segment: number,
  query: VectorQuery,
  limit: number,
): Promise<NearHit[]> {
  const stored = state.stored[segment]!;
  const where = query.filters.flatMap((filters) => sqlConditions(stored.segment, filters));
  const search = stored.documents
    .query()
    .nearestTo(query.vector)
    .distanceType("dot")
    .select(["_distance"])
    .withRowId()
    .limit(limit);
  // What passes a filter may lie in any partition; looking into all takes 9 ms instead of 5 at 65,536 vectors.
  const isNarrow = where.length > 0 || limit > query.limit;
  if (isNarrow) search.maximumNprobes(ALL_PROBES).minimumNprobes(PROBES);
  else search.nprobes(PROBES);
  const table = await (where.length > 0 ? search.where(where.join(" AND ")) : search).toArrow();
  const rowIds = table.getChild("_rowid")!;
  const distances = table.getChild("_distance")!;
  const hits: NearHit[] = [];
  for (let row = 0; row < table.numRows; row++) {
    const distance = distances.get(row);
    if (distance === null || !Number.isFinite(distance)) continue;
    hits.push({ segment, doc: documentOfRow(stored, BigInt(rowIds.get(row))), similarity: 1 - distance });
  }
  return hits;
}

/** The filters that narrow the search before it runs; the rest is left to `isAllowed`, which checks everything. */
function sqlConditions(segment: Segment, filters: Partial<QueryFilters>): string[] {
  const list: string[] = [];
  if (filters.categories?.length) {
    list.push(`array_has_any(categories, ${sqlList(categoriesIn(filters.categories))})`);
  }
  if (filters.venues?.length) {
    const stored = storedVenues(segment, filters.venues);
    list.push(stored.length > 0 ? `array_has_any(venues, ${sqlList(stored)})` : "false");
  }
  if (filters.ids?.length) {
    const docs = filters.ids.flatMap(({ scheme, local }) =>
      segment.docsOfMember(printPaperId({ scheme, local })),
    );
    list.push(docs.length > 0 ? `ord IN (${docs.join(", ")})` : "false");
  }
  if (filters.yearFrom != null) list.push(`year >= ${Math.trunc(filters.yearFrom)}`);
  if (filters.yearTo != null) list.push(`year <= ${Math.trunc(filters.yearTo)}`);
  if (filters.dateFrom != null) list.push(`day >= ${dayNumber(filters.dateFrom)}`);
  if (filters.dateTo != null) list.push(`day <= ${dayNumber(filters.dateTo)}`);
  if (filters.sources?.length) {
    const bits = filters.sources.reduce((mask, source) => mask | SOURCE_BITS[source], 0);
    list.push(`sources IN (${[1, 2, 3].filter((value) => value & bits).join(", ")})`);
  }
  return list;
}

/** The venues as this segment spells them. */
function storedVenues(segment: Segment, wanted: readonly string[]): string[] {
  const lower = new Set(wanted.map((venue) => venue.toLowerCase()));
  const all = Array.from({ length: segment.venues.length }, (_, id) => segment.venues.get(id));
  return all.filter((venue) => lower.has(venue.toLowerCase()));
}

const sqlList = (values: readonly string[]): string =>
  `[${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ")}]`;
