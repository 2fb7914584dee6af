/**
 * Which records describe the same work (V4), decided from values alone.
 *
 * Evidence is weighed in order: ids that two records share (stated other ids, DOI), then equal normalised titles with
 * agreeing authors. A union that would put two arXiv papers into one work is refused, as arXiv gives a paper one id;
 * so is, on the evidence of title and authors, one that would put two records of one source's edition together
 * (series of notes and tutorials repeat their titles). Evidence is taken in key order, so the result depends on the
 * records only.
 */
import { normalizeAuthorName } from "@cool-papers/core";

/** What grouping needs to know of a record. */
export interface WorkCandidate {
  readonly key: string;
  /** Series and year, empty without a venue. */
  readonly edition: string;
  /** Larger is better as the representative among venue records. */
  readonly richness: number;
}

/** Keys that share one id. */
export type IdEvidence = readonly string[];

/** Records with one normalised title. */
export type TitleEvidence = readonly { readonly key: string; readonly authors: readonly string[] }[];

/** Share of the shorter author list that must be found in the other. */
const MIN_AUTHOR_OVERLAP = 0.5;

/** The work key of every candidate: its own where it stands alone. */
export function groupWorks(
  candidates: readonly WorkCandidate[],
  idEvidence: readonly IdEvidence[],
  titleEvidence: readonly TitleEvidence[],
): Map<string, string> {
  const works = new Works(candidates);
  for (const keys of idEvidence) {
    for (const [a, b] of pairs(keys)) works.unite(a, b, isArxivSlot);
  }
  for (const records of titleEvidence) {
    const signed = records.map(({ key, authors }) => ({ key, authors: authors.map(authorSignature) }));
    for (const [a, b] of pairs(signed)) {
      if (haveSameAuthors(a.authors, b.authors)) works.unite(a.key, b.key, isAnySlot);
    }
  }
  return works.representatives();
}

function* pairs<T>(items: readonly T[]): Generator<[T, T]> {
  for (let i = 0; i < items.length; i += 1) {
    for (let j = i + 1; j < items.length; j += 1) yield [items[i]!, items[j]!];
  }
}

/** Last word and first letter: `jurgen k muller` → `muller j`, so that initials and missing middle names agree. */
export function authorSignature(name: string): string {
  const words = normalizeAuthorName(name).split(" ");
  return `${words.at(-1)} ${words[0]?.charAt(0) ?? ""}`;
}

/** Signatures of two author lists agree when half of the shorter one is in the longer one. No authors agree with none. */
export function haveSameAuthors(a: readonly string[], b: readonly string[]): boolean {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  if (shorter.length === 0) return false;
  const known = new Set(longer);
  return shorter.filter((signature) => known.has(signature)).length >= MIN_AUTHOR_OVERLAP * shorter.length;
}

const ARXIV_SLOT = "arxiv";
const isArxivSlot = (slot: string) => slot === ARXIV_SLOT;
const isAnySlot = () => true;

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

  /** Unites two works unless both fill a slot that counts. */
  unite(a: string, b: string, counts: (slot: string) => boolean): void {
    const [rootA, rootB] = [this.#root(a), this.#root(b)];
    if (rootA === rootB) return;
    const [slotsA, slotsB] = [this.#slots.get(rootA)!, this.#slots.get(rootB)!];
    if ([...slotsB].some((slot) => counts(slot) && slotsA.has(slot))) return;
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
