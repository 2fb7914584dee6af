import { TAXONOMY } from "@cool-papers/core";
import { fold } from "../analysis/fold.ts";
import type { Suggestion } from "../search-engine.ts";
import { nameRotations, plainWords, wordStarts } from "./build-segment.ts";
import type { Segment } from "./segment.ts";
import { isDeleted, type Snapshot } from "./snapshot.ts";
import { lowerBound } from "./string-table.ts";

/** How many entries of a sorted list are looked at for one prefix: bounds the time for prefixes such as "a". */
const LOOK_AT = 400;

/**
 * Categories, venues, authors (by any of their names) and titles that begin with the prefix or have a word from which
 * they do, whatever its case, accents and punctuation. At most `limit` in all, shared evenly between the kinds that have some; in that order.
 */
export function suggestFromIndex(snapshot: Snapshot, prefix: string, limit: number): Suggestion[] {
  const folded = fold(prefix).trim().replace(/\s+/g, " ");
  if (folded === "" || !(limit > 0)) return [];
  return shareEvenly(
    [
      suggestCategories(folded, limit),
      suggestVenues(snapshot, folded, limit),
      suggestAuthors(snapshot, folded, limit),
      suggestTitles(snapshot, folded, limit),
    ],
    Math.floor(limit),
  );
}

function shareEvenly(lists: readonly (readonly Suggestion[])[], limit: number): Suggestion[] {
  const taken = lists.map(() => 0);
  let left = limit;
  for (let round = 0; left > 0 && lists.some((list) => list.length > round); round++) {
    lists.forEach((list, index) => {
      if (list.length > round && left > 0) {
        taken[index] = round + 1;
        left--;
      }
    });
  }
  return lists.flatMap((list, index) => list.slice(0, taken[index]));
}

/** By id (`cs.C…`) or by its name in either language; the text is the id. */
function suggestCategories(prefix: string, limit: number): Suggestion[] {
  return TAXONOMY.categories
    .filter(
      ({ id, canonical, name }) =>
        id === canonical && [id, name.en, name.zh].some((text) => fold(text).startsWith(prefix)),
    )
    .slice(0, limit)
    .map(({ id }) => ({ kind: "category", text: id }));
}

/** Titles that begin so, and where they are too few those with a word in the middle from which they do. */
function suggestTitles(snapshot: Snapshot, prefix: string, limit: number): Suggestion[] {
  const plain = plainWords(prefix);
  if (plain === "") return [];
  const beginnings = titlesOf(snapshot, (segment) =>
    startingWith(segment.arrays.titleSorted, (doc) => plainWords(segment.titles.get(doc)), plain),
  );
  if (beginnings.length >= limit) return beginnings.slice(0, limit);
  const middles = titlesOf(snapshot, (segment) =>
    startingWith(segment.arrays.titleWordSorted, (code) => titleFrom(segment, code), plain).map(
      (code) => code >>> 8,
    ),
  );
  const known = new Set(beginnings.map(({ key }) => key));
  return [...beginnings, ...middles.filter(({ key }) => !known.has(key))].slice(0, limit);
}

/** The live documents among those found, each once: the most starred first, then the newest. */
function titlesOf(snapshot: Snapshot, find: (segment: Segment) => readonly number[]): Suggestion[] {
  return snapshot.segments
    .flatMap(({ segment, deleted }) =>
      [...new Set(find(segment))]
        .filter((doc) => !isDeleted(deleted, doc))
        .map((doc) => ({
          text: segment.titles.get(doc),
          key: segment.keys.get(doc),
          stars: segment.arrays.stars[doc]!,
          day: segment.arrays.days[doc]!,
        })),
    )
    .sort(
      (left, right) => right.stars - left.stars || right.day - left.day || (left.key < right.key ? -1 : 1),
    )
    .map(({ text, key }) => ({ kind: "title", text, key }));
}

/** The title from a word on, of an entry of titleWordSorted. */
function titleFrom(segment: Segment, code: number): string {
  const plain = plainWords(segment.titles.get(code >>> 8));
  return plain.slice(wordStarts(plain)[code & 255]);
}

/** Entries of a list sorted by their texts whose text starts with the prefix: the first LOOK_AT. */
function startingWith(sorted: Uint32Array, textOf: (entry: number) => string, prefix: string): number[] {
  const first = lowerBound(sorted.length, (at) => textOf(sorted[at]!) < prefix);
  const found: number[] = [];
  for (let at = first; at < Math.min(sorted.length, first + LOOK_AT); at++) {
    if (!textOf(sorted[at]!).startsWith(prefix)) break;
    found.push(sorted[at]!);
  }
  return found;
}

function suggestAuthors(snapshot: Snapshot, prefix: string, limit: number): Suggestion[] {
  const counts = new Map<string, number>();
  const dotless = prefix.replaceAll(".", " ").replace(/\s+/g, " ").trimStart();
  for (const { segment } of snapshot.segments) {
    const order = segment.arrays.authorSorted;
    const rotation = (at: number): string => rotationOf(segment, order[at]!);
    const first = lowerBound(order.length, (at) => rotation(at) < dotless);
    const seen = new Set<number>();
    for (let at = first; at < Math.min(order.length, first + LOOK_AT); at++) {
      if (!rotation(at).startsWith(dotless)) break;
      const author = order[at]! >>> 4;
      if (seen.has(author)) continue;
      seen.add(author);
      const name = segment.authors.get(author);
      counts.set(name, (counts.get(name) ?? 0) + segment.arrays.authorCount[author]!);
    }
  }
  return [...counts]
    .sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))
    .slice(0, limit)
    .map(([text]) => ({ kind: "author", text }));
}

const rotationOf = (segment: Segment, code: number): string =>
  nameRotations(fold(segment.authors.get(code >>> 4)))[code & 15]!;

function suggestVenues(snapshot: Snapshot, prefix: string, limit: number): Suggestion[] {
  const names = new Set<string>();
  for (const { segment } of snapshot.segments) {
    for (let id = 0; id < segment.venues.length; id++) {
      const name = segment.venues.get(id);
      if (fold(name).startsWith(prefix)) names.add(name);
    }
  }
  return [...names]
    .sort()
    .slice(0, limit)
    .map((text) => ({ kind: "venue", text }));
}
