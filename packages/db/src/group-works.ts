/**
 * Which records describe the same work (V4), decided from values alone.
 *
 * Evidence in order: ids that two records share (stated other ids, DOI), then equal normalised titles with agreeing
 * authors. Sources state wrong ids now and then (a list gives 44 NeurIPS papers the ids of others), so an id needs
 * some agreement of title or authors beside it. A union is refused when it would put two arXiv papers into one work,
 * as arXiv gives a paper one id, or two records of one source's edition (series of notes repeat their titles).
 * Evidence is taken in key order, so the result depends on the records only.
 */
import { normalizeAuthorName } from "@cool-papers/core";

/** What grouping needs to know of a record. */
export interface WorkCandidate {
  readonly key: string;
  /** Equal for equal normalised titles; null for a title without letters. */
  readonly titleKey: string | null;
  /** Names as printed. */
  readonly authors: readonly string[];
  /** Series and year, empty without a venue. */
  readonly edition: string;
  /** Larger is better as the representative among venue records. */
  readonly richness: number;
}

/** Keys of the records that share one id. */
export type SharedId = readonly string[];

/** Share of the shorter author list whose signatures must be found in the other. */
const MIN_AUTHOR_OVERLAP = 0.5;
/** Share of the words in one list's names that must be found in the other's, when names are split or turned round. */
const MIN_WORD_OVERLAP = 0.8;

/** The work key of every candidate: its own where it stands alone. */
export function groupWorks(
  candidates: readonly WorkCandidate[],
  sharedIds: readonly SharedId[],
): Map<string, string> {
  const ordered = candidates.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const byKey = new Map(ordered.map((candidate) => [candidate.key, candidate]));
  const works = new Works(ordered);
  for (const keys of sharedIds) {
    const records = keys.flatMap((key) => byKey.get(key) ?? []);
    for (const [a, b] of pairs(records)) if (isPlausible(a, b)) works.unite(a, b);
  }
  for (const [titleKey, records] of Map.groupBy(ordered, (candidate) => candidate.titleKey)) {
    if (titleKey === null) continue;
    for (const [a, b] of pairs(records)) if (haveSameAuthors(a.authors, b.authors)) works.unite(a, b);
  }
  return works.representatives();
}

function* pairs<T>(items: readonly T[]): Generator<[T, T]> {
  for (let i = 0; i < items.length; i += 1) {
    for (let j = i + 1; j < items.length; j += 1) yield [items[i]!, items[j]!];
  }
}

/** What an id claims may be true: one title, an author in common, or nothing known against it. */
function isPlausible(a: WorkCandidate, b: WorkCandidate): boolean {
  if (a.titleKey === b.titleKey || a.authors.length === 0 || b.authors.length === 0) return true;
  return overlap(a.authors.map(authorSignature), b.authors.map(authorSignature)) > 0;
}

/** Last word and first letter: `Jürgen K. Müller` → `muller j`, so that initials and missing middle names agree. */
export function authorSignature(name: string): string {
  const words = normalizeAuthorName(name).split(" ");
  return `${words.at(-1)} ${words[0]?.charAt(0) ?? ""}`;
}

/**
 * True when half of the shorter list's authors are in the longer one, or nearly all words of its names are. No
 * authors agree with none.
 */
export function haveSameAuthors(a: readonly string[], b: readonly string[]): boolean {
  if (overlap(a.map(authorSignature), b.map(authorSignature)) >= MIN_AUTHOR_OVERLAP) return true;
  return overlap(a.flatMap(wordsOf), b.flatMap(wordsOf)) >= MIN_WORD_OVERLAP;
}

function wordsOf(name: string): string[] {
  return normalizeAuthorName(name).split(" ");
}

/** Share of the smaller set that is in the larger one, 0 for an empty set. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const [setA, setB] = [new Set(a), new Set(b)];
  const smaller = Math.min(setA.size, setB.size);
  return smaller === 0 ? 0 : [...setA].filter((word) => setB.has(word)).length / smaller;
}

const ARXIV_SLOT = "arxiv";

/** A place that a work fills once: arXiv, or one source's record of one edition. */
function slotOf(candidate: WorkCandidate): string {
  const scheme = candidate.key.slice(0, candidate.key.indexOf(":"));
  return scheme === "arxiv" ? ARXIV_SLOT : `${scheme} ${candidate.edition}`;
}

/** Union-find over keys that knows the slots each work fills. */
class Works {
  readonly #candidates: ReadonlyMap<string, WorkCandidate>;
  readonly #parent = new Map<string, string>();
  readonly #slots = new Map<string, Set<string>>();

  constructor(candidates: readonly WorkCandidate[]) {
    this.#candidates = new Map(candidates.map((candidate) => [candidate.key, candidate]));
    for (const candidate of candidates) {
      this.#parent.set(candidate.key, candidate.key);
      this.#slots.set(candidate.key, new Set([slotOf(candidate)]));
    }
  }

  /** Unites two works unless both fill the same slot. */
  unite(a: WorkCandidate, b: WorkCandidate): void {
    const [rootA, rootB] = [this.#root(a.key), this.#root(b.key)];
    if (rootA === rootB) return;
    const [slotsA, slotsB] = [this.#slots.get(rootA)!, this.#slots.get(rootB)!];
    if ([...slotsB].some((slot) => slotsA.has(slot))) return;
    this.#parent.set(rootB, rootA);
    for (const slot of slotsB) slotsA.add(slot);
    this.#slots.delete(rootB);
  }

  representatives(): Map<string, string> {
    const best = new Map<string, WorkCandidate>();
    for (const candidate of this.#candidates.values()) {
      const root = this.#root(candidate.key);
      const current = best.get(root);
      if (current === undefined || isBetterRepresentative(candidate, current)) best.set(root, candidate);
    }
    return new Map([...this.#candidates.keys()].map((key) => [key, best.get(this.#root(key))!.key]));
  }

  #root(key: string): string {
    let root = key;
    while (this.#parent.get(root) !== root) root = this.#parent.get(root)!;
    // Path compression keeps later walks short.
    for (let at = key; at !== root; ) {
      const next = this.#parent.get(at)!;
      this.#parent.set(at, root);
      at = next;
    }
    return root;
  }
}

/** arXiv first, then the richest record, then the smallest key. */
function isBetterRepresentative(a: WorkCandidate, b: WorkCandidate): boolean {
  const isArxiv = (candidate: WorkCandidate) => (slotOf(candidate) === ARXIV_SLOT ? 1 : 0);
  const difference = isArxiv(a) - isArxiv(b) || a.richness - b.richness;
  return difference === 0 ? a.key < b.key : difference > 0;
}
