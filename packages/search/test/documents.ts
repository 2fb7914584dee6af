import { parseSearchQuery } from "@cool-papers/core";
import { dayNumber } from "../src/index/build-segment.ts";
import type { SearchDocument, SearchRequest } from "../src/search-engine.ts";

/** A document with sensible facts; the tests say what matters to them. */
export function paper(local: string, facts: Partial<SearchDocument> = {}): SearchDocument {
  const key = `arxiv:${local}`;
  const date = facts.date ?? "2024-03-01";
  return {
    key,
    title: "Untitled",
    abstract: "",
    authors: [],
    categories: ["cs.LG"],
    venues: [],
    sources: ["arxiv"],
    memberKeys: [key],
    date,
    year: dayNumber(date) < 0 ? 1970 : Number(date.slice(0, 4)),
    stars: 0,
    ...facts,
  };
}

export function request(text: string, more: Partial<SearchRequest> = {}): SearchRequest {
  return {
    query: parseSearchQuery(text),
    mode: "keyword",
    sort: "relevance",
    skip: 0,
    limit: 20,
    facets: false,
    ...more,
  };
}

/** Mulberry32: a small seeded generator of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function* batches(
  documents: readonly SearchDocument[],
  size = 100,
): AsyncGenerator<readonly SearchDocument[]> {
  for (let at = 0; at < documents.length; at += size) yield documents.slice(at, at + size);
}

export function unitVector(numbers: readonly number[]): Float32Array {
  const norm = Math.hypot(...numbers) || 1;
  return Float32Array.from(numbers, (value) => value / norm);
}

const ONSETS = [
  "b",
  "d",
  "f",
  "g",
  "k",
  "l",
  "m",
  "n",
  "p",
  "r",
  "s",
  "t",
  "v",
  "z",
  "br",
  "kr",
  "st",
  "pl",
  "dr",
  "gl",
];
const NUCLEI = ["a", "e", "i", "o", "u", "ai", "ou"];

/** Made-up words, all different: a vocabulary whose rare words are rare. */
export function vocabulary(count: number, random: () => number): string[] {
  const words = new Set<string>();
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)]!;
  while (words.size < count) {
    const syllables = 2 + Math.floor(random() * 3);
    words.add(Array.from({ length: syllables }, () => pick(ONSETS) + pick(NUCLEI)).join("") + pick(ONSETS));
  }
  return [...words];
}

/** `count` documents of made-up words, a few words frequent and most rare. */
export function madeUpCorpus(count: number, seed: number): SearchDocument[] {
  const random = seeded(seed);
  const words = vocabulary(Math.max(400, count * 2), random);
  const word = (): string => words[Math.floor(words.length * random() ** 3)]!;
  const some = (length: number): string => Array.from({ length }, word).join(" ");
  const categories = ["cs.AI", "cs.CL", "cs.LG", "math.CO", "hep-th"];
  const venues = ["ICML", "ICLR", "ACL"];
  return Array.from({ length: count }, (_, index) => {
    const day = String(1 + Math.floor(random() * 28)).padStart(2, "0");
    const hasVenue = random() < 0.3;
    return paper(`2401.${String(index).padStart(5, "0")}`, {
      title: some(4 + Math.floor(random() * 5)),
      abstract: some(20 + Math.floor(random() * 30)),
      authors: [`${words[index % 50]} ${words[(index * 7) % 90]}`],
      categories: [
        ...new Set([categories[Math.floor(random() * 5)]!, categories[Math.floor(random() * 5)]!]),
      ],
      venues: hasVenue ? [venues[Math.floor(random() * 3)]!] : [],
      sources: hasVenue ? ["arxiv", "venue"] : ["arxiv"],
      date: `${2019 + Math.floor(random() * 6)}-0${1 + Math.floor(random() * 9)}-${day}`,
      stars: Math.floor(random() * 5),
    });
  });
}
