import { fold } from "../analysis/fold.ts";
import type { SearchDocument } from "../search-engine.ts";
import { analyzeDocument, termOf } from "./analyze-document.ts";
import { MAX_SEGMENT_DOCUMENTS, NO_DAY, type SegmentArrays, SOURCE_BITS } from "./segment-arrays.ts";
import { packStrings } from "./string-table.ts";

/** A list of 32-bit numbers that grows without boxing. */
class NumberList {
  private values = new Uint32Array(1 << 12);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Uint32Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }

  increment(index: number): void {
    this.values[index]!++;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  view(): Uint32Array {
    return this.values.subarray(0, this.length);
  }
}

const FIELD_CODE = { title: 0, abstract: 1, author: 2 } as const;

/** Gathers documents and turns them into one immutable segment. Deterministic in the documents and their order. */
export class SegmentBuilder {
  private readonly formIds = new Map<string, number>();
  private readonly forms: string[] = [];
  private readonly formCounts = new NumberList();
  /** One entry for each word occurrence, in document and position order. */
  private readonly occurrenceForm = new NumberList();
  /** position << 2 | field */
  private readonly occurrencePlace = new NumberList();
  /** Occurrences before each document. */
  private readonly occurrenceStart = new NumberList();
  private readonly lengths: { title: number; abstract: number }[] = [];
  private readonly rows: Omit<SearchDocument, "abstract">[] = [];

  get size(): number {
    return this.rows.length;
  }

  get isFull(): boolean {
    return this.rows.length >= MAX_SEGMENT_DOCUMENTS;
  }

  add(document: SearchDocument): void {
    if (this.isFull)
      throw new RangeError(`a segment holds ${MAX_SEGMENT_DOCUMENTS} documents; start another`);
    this.occurrenceStart.push(this.occurrenceForm.length);
    const lengths = analyzeDocument(document, (form, field, position) => {
      this.occurrenceForm.push(this.formId(form));
      this.occurrencePlace.push((position << 2) | FIELD_CODE[field]);
    });
    this.lengths.push(lengths);
    const { abstract: _indexedAlready, ...row } = document;
    this.rows.push(row);
  }

  build(): SegmentArrays {
    this.occurrenceStart.push(this.occurrenceForm.length);
    const { terms, termOfForm } = this.orderTerms();
    return {
      ...this.buildPostings(terms, termOfForm),
      ...this.buildForms(termOfForm),
      ...this.buildValues(),
      ...this.buildNames(),
    };
  }

  private formId(form: string): number {
    const known = this.formIds.get(form);
    if (known !== undefined) {
      this.formCounts.increment(known);
      return known;
    }
    const id = this.forms.length;
    this.formIds.set(form, id);
    this.forms.push(form);
    this.formCounts.push(1);
    return id;
  }

  private orderTerms(): { terms: string[]; termOfForm: Uint32Array } {
    const ids = new Map<string, number>();
    const stemsOfForms = this.forms.map(termOf);
    const terms = [...new Set(stemsOfForms)].sort();
    terms.forEach((term, id) => {
      ids.set(term, id);
    });
    const termOfForm = Uint32Array.from(stemsOfForms, (term) => ids.get(term)!);
    return { terms, termOfForm };
  }

  /** Counting sort of the occurrences by term; documents and positions stay in order inside a term. */
  private buildPostings(terms: readonly string[], termOfForm: Uint32Array) {
    const occurrences = this.occurrenceForm.length;
    const start = new Uint32Array(terms.length + 1);
    const forms = this.occurrenceForm.view();
    const places = this.occurrencePlace.view();
    for (let at = 0; at < occurrences; at++) start[termOfForm[forms[at]!]! + 1]!++;
    for (let term = 0; term < terms.length; term++) start[term + 1]! += start[term]!;
    const next = start.slice(0, terms.length);
    const sortedDoc = new Uint16Array(occurrences);
    const sortedPlace = new Uint32Array(occurrences);
    for (let doc = 0; doc < this.rows.length; doc++) {
      for (let at = this.occurrenceStart.at(doc); at < this.occurrenceStart.at(doc + 1); at++) {
        const slot = next[termOfForm[forms[at]!]!]!++;
        sortedDoc[slot] = doc;
        sortedPlace[slot] = places[at]!;
      }
    }
    return { ...encodePostings(terms, start, sortedDoc, sortedPlace) };
  }

  private buildForms(termOfForm: Uint32Array) {
    const order = this.forms.map((form, id) => ({ form, id }));
    order.sort((left, right) => (left.form < right.form ? -1 : left.form > right.form ? 1 : 0));
    const table = packStrings(order.map((entry) => entry.form));
    return {
      formBytes: table.bytes,
      formOffsets: table.offsets,
      formTerm: Uint32Array.from(order, (entry) => termOfForm[entry.id]!),
      formCount: Uint32Array.from(order, (entry) => this.formCounts.at(entry.id)),
    };
  }

  private buildValues() {
    const rows = this.rows;
    const keys = packStrings(rows.map((row) => row.key));
    const memberKeys = rows.flatMap((row) => membersOf(row));
    const members = packStrings(memberKeys);
    const memberStart = starts(rows.map((row) => membersOf(row).length));
    const memberDoc = new Uint16Array(memberKeys.length);
    for (let doc = 0; doc < rows.length; doc++) memberDoc.fill(doc, memberStart[doc]!, memberStart[doc + 1]!);
    const categories = packLists(rows.map((row) => row.categories));
    const venues = packLists(rows.map((row) => row.venues));
    return {
      titleLength: Uint16Array.from(this.lengths, (lengths) => lengths.title),
      abstractLength: Uint16Array.from(this.lengths, (lengths) => lengths.abstract),
      keyBytes: keys.bytes,
      keyOffsets: keys.offsets,
      memberBytes: members.bytes,
      memberOffsets: members.offsets,
      memberStart,
      memberSorted: sortedOrder(memberKeys),
      memberDoc,
      categoryBytes: categories.bytes,
      categoryOffsets: categories.offsets,
      categoryStart: categories.start,
      categoryIds: categories.ids,
      venueBytes: venues.bytes,
      venueOffsets: venues.offsets,
      venueStart: venues.start,
      venueIds: venues.ids,
      years: Uint16Array.from(rows, (row) => row.year),
      days: Int32Array.from(rows, (row) => dayNumber(row.date)),
      stars: Uint32Array.from(rows, (row) => Math.max(0, row.stars)),
      sources: Uint8Array.from(rows, (row) =>
        row.sources.reduce((bits, source) => bits | SOURCE_BITS[source], 0),
      ),
      hasVector: Uint8Array.from(rows, (row) => (row.vector ? 1 : 0)),
    };
  }

  private buildNames() {
    const titles = packStrings(this.rows.map((row) => row.title));
    const plainTitles = this.rows.map((row) => plainWords(row.title));
    const counts = new Map<string, number>();
    for (const row of this.rows) {
      for (const name of new Set(row.authors)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const names = [...counts.keys()];
    const authors = packStrings(names);
    const rotations = names.flatMap((name, author) =>
      nameRotations(fold(name)).map((text, first) => ({ text, code: (author << 4) | first })),
    );
    rotations.sort((left, right) =>
      left.text < right.text ? -1 : left.text > right.text ? 1 : left.code - right.code,
    );
    return {
      titleBytes: titles.bytes,
      titleOffsets: titles.offsets,
      titleSorted: sortedOrder(plainTitles),
      titleWordSorted: sortTitleWords(plainTitles),
      authorBytes: authors.bytes,
      authorOffsets: authors.offsets,
      authorCount: Uint32Array.from(names, (name) => counts.get(name)!),
      authorSorted: Uint32Array.from(rotations, (rotation) => rotation.code),
    };
  }
}

/** A folded name from each of its words on, at most 16: `jianlin su` → [`jianlin su`, `su`]. */
export function nameRotations(foldedName: string): string[] {
  const words = foldedName.split(/[\s.]+/).filter((word) => word !== "");
  return words.slice(0, 16).map((_, first) => words.slice(first).join(" "));
}

/** (document << 8 | word) for the words of the titles but the first, sorted by the title from that word on. */
function sortTitleWords(plainTitles: readonly string[]): Uint32Array {
  const entries = plainTitles.flatMap((title, doc) =>
    wordStarts(title)
      .map((start, word) => ({ text: title.slice(start), code: (doc << 8) | word }))
      .slice(1),
  );
  entries.sort((left, right) =>
    left.text < right.text ? -1 : left.text > right.text ? 1 : left.code - right.code,
  );
  return Uint32Array.from(entries, (entry) => entry.code);
}

/** Where the words of a plain text start, at most 256. */
export function wordStarts(plain: string): number[] {
  const found: number[] = [];
  for (let at = plain === "" ? -1 : 0; at >= 0 && found.length < 256; ) {
    found.push(at);
    const space = plain.indexOf(" ", at);
    at = space < 0 ? -1 : space + 1;
  }
  return found;
}

/** Folded words with one blank between them; what is neither letter, digit, + nor # separates. */
export const plainWords = (text: string): string =>
  fold(text)
    .replace(/[^\p{L}\p{N}+#]+/gu, " ")
    .trim();

const membersOf = (row: Pick<SearchDocument, "key" | "memberKeys">): readonly string[] =>
  row.memberKeys.includes(row.key) ? row.memberKeys : [row.key, ...row.memberKeys];

/** Days since 1970-01-01 of a YYYY-MM-DD day, NO_DAY when it is none. */
export function dayNumber(day: string): number {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(millis) ? NO_DAY : Math.floor(millis / 86_400_000);
}

function starts(lengths: readonly number[]): Uint32Array {
  const start = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, index) => {
    start[index + 1] = start[index]! + length;
  });
  return start;
}

function sortedOrder(texts: readonly string[]): Uint32Array {
  const order = Uint32Array.from(texts, (_, index) => index);
  return order.sort((left, right) => {
    const a = texts[left]!;
    const b = texts[right]!;
    return a < b ? -1 : a > b ? 1 : left - right;
  });
}

function packLists(lists: readonly (readonly string[])[]) {
  const distinct = [...new Set(lists.flat())].sort();
  const ids = new Map(distinct.map((value, id) => [value, id]));
  const unique = lists.map((list) => [...new Set(list)]);
  const table = packStrings(distinct);
  return {
    bytes: table.bytes,
    offsets: table.offsets,
    start: starts(unique.map((list) => list.length)),
    ids: Uint16Array.from(unique.flat(), (value) => ids.get(value)!),
  };
}

class ByteList {
  private bytes = new Uint8Array(1 << 16);
  length = 0;

  /** LEB128 */
  pushVarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.pushByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.pushByte(rest);
  }

  pushBytes(source: ByteList): void {
    const { bytes, length } = source;
    for (let at = 0; at < length; at++) this.pushByte(bytes[at]!);
  }

  clear(): void {
    this.length = 0;
  }

  toArray(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private pushByte(value: number): void {
    if (this.length === this.bytes.length) {
      const grown = new Uint8Array(this.bytes.length * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.length++] = value;
  }
}

function encodePostings(
  terms: readonly string[],
  start: Uint32Array,
  sortedDoc: Uint16Array,
  sortedPlace: Uint32Array,
) {
  const postingStart = new Uint32Array(terms.length + 1);
  const positionStart = new Uint32Array(terms.length + 1);
  const docs = new Uint16Array(sortedDoc.length);
  const packs = new Uint16Array(sortedDoc.length);
  const positions = new ByteList();
  const scratch = new ByteList();
  let posting = 0;
  for (let term = 0; term < terms.length; term++) {
    let at = start[term]!;
    const end = start[term + 1]!;
    while (at < end) {
      const doc = sortedDoc[at]!;
      let title = 0;
      let other = 0;
      let previous = 0;
      scratch.clear();
      for (; at < end && sortedDoc[at] === doc; at++) {
        const place = sortedPlace[at]!;
        const position = place >>> 2;
        if ((place & 3) === FIELD_CODE.title) title++;
        else other++;
        scratch.pushVarint(position - previous);
        previous = position;
      }
      docs[posting] = doc;
      packs[posting] = (Math.min(255, title) << 8) | Math.min(255, other);
      posting++;
      positions.pushVarint(scratch.length);
      positions.pushBytes(scratch);
    }
    postingStart[term + 1] = posting;
    positionStart[term + 1] = positions.length;
  }
  const table = packStrings(terms);
  return {
    termBytes: table.bytes,
    termOffsets: table.offsets,
    postingStart,
    docs: docs.slice(0, posting),
    packs: packs.slice(0, posting),
    positionStart,
    positions: positions.toArray(),
  };
}
