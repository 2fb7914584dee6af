import type { TextField } from "@cool-papers/core";
import { AUTHOR_MARK } from "./analyze-document.ts";
import type { Scratch } from "./scratch.ts";
import type { Segment } from "./segment.ts";

/** How much a word counts by the field it stands in; abstract words count 1. */
export interface FieldWeights {
  readonly title: number;
  readonly author: number;
}

/** Documents of a segment that match something, with the weighted frequency of the match in each; may lie in a scratch. */
export interface Matches {
  readonly docs: Uint16Array;
  readonly frequency: Float32Array;
}

export const NO_MATCHES: Matches = { docs: new Uint16Array(0), frequency: new Float32Array(0) };

/** Documents with the term in the field (null: title or abstract; author terms carry AUTHOR_MARK). */
export function matchTerm(
  segment: Segment,
  term: string,
  field: TextField | null,
  weights: FieldWeights,
  scratch: Scratch,
): Matches {
  const isAuthor = term.startsWith(AUTHOR_MARK);
  return matchTermId(segment, segment.terms.find(term), isAuthor, field, weights, scratch);
}

/** The same by the term's id; -1 matches nothing. */
export function matchTermId(
  segment: Segment,
  id: number,
  isAuthor: boolean,
  field: TextField | null,
  weights: FieldWeights,
  scratch: Scratch,
): Matches {
  if (id < 0) return NO_MATCHES;
  const { docs, packs, postingStart } = segment.arrays;
  const start = postingStart[id]!;
  const end = postingStart[id + 1]!;
  const titleWeight = field === "abstract" ? 0 : weights.title;
  const otherWeight = field === "title" ? 0 : isAuthor ? weights.author : 1;
  const frequency = scratch.float32(end - start);
  for (let at = start; at < end; at++) {
    const pack = packs[at]!;
    frequency[at - start] = (pack >> 8) * titleWeight + (pack & 255) * otherWeight;
  }
  const all = { docs: docs.subarray(start, end), frequency };
  return field === "title" || field === "abstract" ? withoutZeros(all, scratch) : all;
}

function withoutZeros(matches: Matches, scratch: Scratch): Matches {
  let kept = 0;
  const docs = scratch.uint16(matches.docs.length);
  const frequency = scratch.float32(matches.docs.length);
  for (let at = 0; at < matches.docs.length; at++) {
    if (matches.frequency[at] === 0) continue;
    docs[kept] = matches.docs[at]!;
    frequency[kept++] = matches.frequency[at]!;
  }
  return { docs: docs.subarray(0, kept), frequency: frequency.subarray(0, kept) };
}

/** Walks one term's postings with their positions. */
export class PostingCursor {
  readonly count: number;
  private at: number;
  private readonly end: number;
  private byte: number;
  private readonly segment: Segment;
  readonly found: number[] = [];

  constructor(segment: Segment, termId: number) {
    this.segment = segment;
    this.at = segment.arrays.postingStart[termId]!;
    this.end = segment.arrays.postingStart[termId + 1]!;
    this.byte = segment.arrays.positionStart[termId]!;
    this.count = this.end - this.at;
  }

  /** The current document, or -1 past the end. */
  get doc(): number {
    return this.at < this.end ? this.segment.arrays.docs[this.at]! : -1;
  }

  /** Whether the current document has the term in its title. */
  get isInTitle(): boolean {
    return this.segment.arrays.packs[this.at]! >> 8 > 0;
  }

  /** Moves to the first document not below `doc`; true when it is that document. */
  seek(doc: number): boolean {
    const { docs } = this.segment.arrays;
    while (this.at < this.end && docs[this.at]! < doc) this.skip();
    return this.at < this.end && docs[this.at] === doc;
  }

  skip(): void {
    const length = this.readVarint();
    this.byte += length;
    this.at++;
  }

  /** Fills `found` with the positions in the current document; the cursor stays. */
  readPositions(): number[] {
    const start = this.byte;
    const length = this.readVarint();
    const end = this.byte + length;
    this.found.length = 0;
    let position = 0;
    while (this.byte < end) {
      position += this.readVarint();
      this.found.push(position);
    }
    this.byte = start;
    return this.found;
  }

  private readVarint(): number {
    const { positions } = this.segment.arrays;
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = positions[this.byte++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  }
}

/** Documents in which the terms stand side by side in this order, inside one field. */
export function matchPhrase(
  segment: Segment,
  terms: readonly string[],
  field: TextField | null,
  weights: FieldWeights,
  scratch: Scratch,
): Matches {
  if (terms.length === 0) return NO_MATCHES;
  if (terms.length === 1) return matchTerm(segment, terms[0]!, field, weights, scratch);
  const ids = terms.map((term) => segment.terms.find(term));
  if (ids.some((id) => id < 0)) return NO_MATCHES;
  const cursors = ids.map((id) => new PostingCursor(segment, id));
  const byCount = [...cursors].sort((left, right) => left.count - right.count);
  const lead = byCount[0]!;
  const isAuthor = terms[0]!.startsWith(AUTHOR_MARK);
  const docs: number[] = [];
  const frequency: number[] = [];
  for (; lead.doc >= 0; lead.skip()) {
    const doc = lead.doc;
    if (!byCount.every((cursor) => cursor.seek(doc))) continue;
    const titleEnd = segment.arrays.titleLength[doc]!;
    const count = { title: 0, other: 0 };
    for (const position of phraseStarts(cursors)) {
      if (position < titleEnd) count.title++;
      else count.other++;
    }
    const titleWeight = field === "abstract" ? 0 : weights.title;
    const otherWeight = field === "title" ? 0 : isAuthor ? weights.author : 1;
    const weighted = count.title * titleWeight + count.other * otherWeight;
    if (weighted === 0) continue;
    docs.push(doc);
    frequency.push(weighted);
  }
  return { docs: Uint16Array.from(docs), frequency: Float32Array.from(frequency) };
}

function phraseStarts(cursors: readonly PostingCursor[]): number[] {
  let starts = [...cursors[0]!.readPositions()];
  for (let offset = 1; offset < cursors.length && starts.length > 0; offset++) {
    const positions = cursors[offset]!.readPositions();
    let at = 0;
    starts = starts.filter((start) => {
      while (at < positions.length && positions[at]! < start + offset) at++;
      return positions[at] === start + offset;
    });
  }
  return starts;
}

/**
 * Documents that have all the terms, anywhere in the field. Each counts as one occurrence in an abstract: words that
 * stand apart say no more for being frequent.
 */
export function matchAll(
  segment: Segment,
  terms: readonly string[],
  field: TextField | null,
  weights: FieldWeights,
  scratch: Scratch,
): Matches {
  const lists = [...new Set(terms)].map((term) => matchTerm(segment, term, field, weights, scratch));
  lists.sort((left, right) => left.docs.length - right.docs.length);
  if (lists.length === 0) return NO_MATCHES;
  const docs = lists.map((list) => list.docs).reduce(intersect);
  return { docs, frequency: scratch.float32(docs.length).fill(1) };
}

/** Both lists ascending. */
function intersect(left: Uint16Array, right: Uint16Array): Uint16Array {
  let at = 0;
  return left.filter((doc) => {
    while (at < right.length && right[at]! < doc) at++;
    return right[at] === doc;
  });
}
