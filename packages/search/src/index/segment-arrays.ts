/**
 * A segment's persistent form: an immutable inverted index with doc values over at most MAX_SEGMENT_DOCUMENTS documents.
 *
 * Terms are those of `termOf`: title and abstract words without inflection, behind their stems, so that words of one
 * stem are neighbours; a term that starts with `@` is an author word. A posting is
 * (document, packed frequencies); `packs` holds `min(255, title) << 8 | min(255, abstract or author)`.
 * `positions` holds, for each posting, a varint byte length and then varint position deltas; title, abstract and each
 * author are separated by POSITION_GAP so that no phrase spans two of them.
 */
export interface SegmentArrays {
  readonly termBytes: Uint8Array;
  readonly termOffsets: Uint32Array;
  /** [terms + 1] into docs and packs */
  readonly postingStart: Uint32Array;
  readonly docs: Uint16Array;
  readonly packs: Uint16Array;
  /** [terms + 1] into positions */
  readonly positionStart: Uint32Array;
  readonly positions: Uint8Array;

  /** Word forms as written (folded), sorted, with the term each belongs to and how often it occurs. */
  readonly formBytes: Uint8Array;
  readonly formOffsets: Uint32Array;
  readonly formTerm: Uint32Array;
  readonly formCount: Uint32Array;

  /** Lengths in words: [documents] */
  readonly titleLength: Uint16Array;
  readonly abstractLength: Uint16Array;

  readonly keyBytes: Uint8Array;
  readonly keyOffsets: Uint32Array;
  /** Member keys in document order, their documents' starts [documents + 1], and the order that sorts them. */
  readonly memberBytes: Uint8Array;
  readonly memberOffsets: Uint32Array;
  readonly memberStart: Uint32Array;
  readonly memberSorted: Uint32Array;
  readonly memberDoc: Uint16Array;

  readonly categoryBytes: Uint8Array;
  readonly categoryOffsets: Uint32Array;
  readonly categoryStart: Uint32Array;
  readonly categoryIds: Uint16Array;
  readonly venueBytes: Uint8Array;
  readonly venueOffsets: Uint32Array;
  readonly venueStart: Uint32Array;
  readonly venueIds: Uint16Array;
  readonly years: Uint16Array;
  /** Days since 1970-01-01; NO_DAY when the document has no valid date. */
  readonly days: Int32Array;
  readonly stars: Uint32Array;
  /** 1 arxiv, 2 venue */
  readonly sources: Uint8Array;
  readonly hasVector: Uint8Array;

  /** Titles as written, in document order, and the documents in the order of their folded titles. */
  readonly titleBytes: Uint8Array;
  readonly titleOffsets: Uint32Array;
  readonly titleSorted: Uint32Array;
  /** (document << 8 | word) for the words of the titles but the first, sorted by the title from that word on. */
  readonly titleWordSorted: Uint32Array;
  /** Distinct author names, how many documents each has, and (author << 4 | first word) sorted by folded rotation. */
  readonly authorBytes: Uint8Array;
  readonly authorOffsets: Uint32Array;
  readonly authorCount: Uint32Array;
  readonly authorSorted: Uint32Array;
}

export const MAX_SEGMENT_DOCUMENTS = 65_536;
export const POSITION_GAP = 8;
export const NO_DAY = -1_000_000;
export const SOURCE_BITS = { arxiv: 1, venue: 2 } as const;
/** Format of the arrays; an index of another format is rebuilt, never misread. */
export const SEGMENT_FORMAT = 2;
