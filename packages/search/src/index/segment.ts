import { FAMILY_MARK } from "./analyze-document.ts";
import type { SegmentArrays } from "./segment-arrays.ts";
import { StringTable } from "./string-table.ts";

/** A segment in memory: its arrays with the look-ups that matching needs, and which of its documents are deleted. */
export class Segment {
  readonly size: number;
  readonly terms: StringTable;
  readonly forms: StringTable;
  readonly keys: StringTable;
  readonly members: StringTable;
  readonly categories: StringTable;
  readonly venues: StringTable;
  readonly titles: StringTable;
  readonly authors: StringTable;
  private spellingForms: SpellingForms | null = null;
  private formsByTerm: { start: Uint32Array; forms: Uint32Array } | null = null;
  readonly name: string;
  readonly arrays: SegmentArrays;

  constructor(name: string, arrays: SegmentArrays) {
    this.name = name;
    this.arrays = arrays;
    this.size = arrays.keyOffsets.length - 1;
    this.terms = new StringTable({ bytes: arrays.termBytes, offsets: arrays.termOffsets });
    this.forms = new StringTable({ bytes: arrays.formBytes, offsets: arrays.formOffsets });
    this.keys = new StringTable({ bytes: arrays.keyBytes, offsets: arrays.keyOffsets });
    this.members = new StringTable({ bytes: arrays.memberBytes, offsets: arrays.memberOffsets });
    this.categories = new StringTable({ bytes: arrays.categoryBytes, offsets: arrays.categoryOffsets });
    this.venues = new StringTable({ bytes: arrays.venueBytes, offsets: arrays.venueOffsets });
    this.titles = new StringTable({ bytes: arrays.titleBytes, offsets: arrays.titleOffsets });
    this.authors = new StringTable({ bytes: arrays.authorBytes, offsets: arrays.authorOffsets });
  }

  docFreq(term: string): number {
    const id = this.terms.find(term);
    return id < 0 ? 0 : this.arrays.postingStart[id + 1]! - this.arrays.postingStart[id]!;
  }

  /** Ids of the terms that share the term's stem, as a range [start, end) of the sorted terms. */
  familyOf(term: string): { readonly start: number; readonly end: number } {
    const family = term.split(FAMILY_MARK, 1)[0]!;
    const start = this.terms.lowerBound(family);
    let end = start;
    while (end < this.terms.length && isOfFamily(this.terms.get(end), family)) end++;
    return { start, end };
  }

  /** Documents that have the given paper among their members (deleted ones too), ascending. */
  docsOfMember(key: string): number[] {
    const order = this.arrays.memberSorted;
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.members.get(order[middle]!) < key) low = middle + 1;
      else high = middle;
    }
    const docs: number[] = [];
    for (; low < order.length && this.members.get(order[low]!) === key; low++) {
      docs.push(this.arrays.memberDoc[order[low]!]!);
    }
    return docs;
  }

  memberKeys(doc: number): string[] {
    const keys: string[] = [];
    for (let at = this.arrays.memberStart[doc]!; at < this.arrays.memberStart[doc + 1]!; at++) {
      keys.push(this.members.get(at));
    }
    return keys;
  }

  /** Word forms of a term as they occur in the documents, the most frequent first. */
  formsOf(id: number): string[] {
    this.formsByTerm ??= groupForms(this.arrays.formTerm, this.terms.length);
    const { start, forms } = this.formsByTerm;
    const ids = [...forms.subarray(start[id]!, start[id + 1]!)];
    ids.sort((left, right) => this.arrays.formCount[right]! - this.arrays.formCount[left]! || left - right);
    return ids.map((form) => this.forms.get(form));
  }

  /** The forms that spelling may propose; made on first use. */
  formsForSpelling(): SpellingForms {
    this.spellingForms ??= orderForSpelling(this.arrays);
    return this.spellingForms;
  }
}

const isOfFamily = (term: string, family: string): boolean =>
  term === family || term.startsWith(family + FAMILY_MARK);

/** Forms of letters only, ordered by length, so that a misspelt word is compared with few of them. */
export interface SpellingForms {
  /** Forms of length n are at [start[n], start[n + 1]); author forms are counted without their mark. */
  readonly start: Uint32Array;
  readonly forms: Uint32Array;
  /** One bit for each letter a form contains; AUTHOR_BIT for author forms. */
  readonly masks: Uint32Array;
}

export const LONGEST_SPELLABLE = 26;
export const AUTHOR_BIT = 1 << 27;
const AUTHOR_BYTE = 0x40;

/** Bit of an ASCII letter a–z. */
export const letterBit = (code: number): number => 1 << (code - 97);

function orderForSpelling({ formBytes, formOffsets }: SegmentArrays): SpellingForms {
  const count = formOffsets.length - 1;
  const masks = new Uint32Array(count);
  const lengths = new Uint8Array(count);
  const start = new Uint32Array(LONGEST_SPELLABLE + 2);
  for (let form = 0; form < count; form++) {
    const first = formOffsets[form]!;
    const end = formOffsets[form + 1]!;
    const isAuthor = formBytes[first] === AUTHOR_BYTE;
    const length = end - first - (isAuthor ? 1 : 0);
    if (length < 1 || length > LONGEST_SPELLABLE) continue;
    const mask = letterMask(formBytes, isAuthor ? first + 1 : first, end);
    if (mask === 0) continue;
    masks[form] = isAuthor ? mask | AUTHOR_BIT : mask;
    lengths[form] = length;
    start[length + 1]!++;
  }
  for (let length = 1; length < start.length; length++) start[length]! += start[length - 1]!;
  const next = start.slice();
  const order = { forms: new Uint32Array(start.at(-1)!), masks: new Uint32Array(start.at(-1)!) };
  for (let form = 0; form < count; form++) {
    if (lengths[form] === 0) continue;
    const place = next[lengths[form]!]!++;
    order.forms[place] = form;
    order.masks[place] = masks[form]!;
  }
  return { start, ...order };
}

/** 0 when a byte is no letter a–z. */
function letterMask(bytes: Uint8Array, start: number, end: number): number {
  let mask = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 97 || byte > 122) return 0;
    mask |= letterBit(byte);
  }
  return mask;
}

function groupForms(formTerm: Uint32Array, terms: number): { start: Uint32Array; forms: Uint32Array } {
  const start = new Uint32Array(terms + 1);
  for (const term of formTerm) start[term + 1]!++;
  for (let term = 0; term < terms; term++) start[term + 1]! += start[term]!;
  const next = start.slice(0, terms);
  const forms = new Uint32Array(formTerm.length);
  for (let form = 0; form < formTerm.length; form++) forms[next[formTerm[form]!]!++] = form;
  return { start, forms };
}
