import { fold } from "../analysis/fold.ts";
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
  /** One bit set for each letter a form contains; see spelling. Made on first use. */
  private letterMasks: Uint32Array | null = null;
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
  formsOf(term: string): string[] {
    const id = this.terms.find(term);
    if (id < 0) return [];
    this.formsByTerm ??= groupForms(this.arrays.formTerm, this.terms.length);
    const { start, forms } = this.formsByTerm;
    const ids = [...forms.subarray(start[id]!, start[id + 1]!)];
    ids.sort((left, right) => this.arrays.formCount[right]! - this.arrays.formCount[left]! || left - right);
    return ids.map((form) => this.forms.get(form));
  }

  letterMasksOfForms(): Uint32Array {
    if (this.letterMasks) return this.letterMasks;
    const masks = new Uint32Array(this.forms.length);
    const { formBytes, formOffsets } = this.arrays;
    for (let form = 0; form < masks.length; form++) {
      let mask = 0;
      for (let at = formOffsets[form]!; at < formOffsets[form + 1]!; at++) mask |= letterBit(formBytes[at]!);
      masks[form] = mask;
    }
    this.letterMasks = masks;
    return masks;
  }

  foldedTitle(doc: number): string {
    return fold(this.titles.get(doc));
  }
}

/** Bit of a UTF-8 byte in a letter mask: a–z have their own, all else share one. */
export const letterBit = (byte: number): number => (byte >= 97 && byte <= 122 ? 1 << (byte - 97) : 1 << 26);

function groupForms(formTerm: Uint32Array, terms: number): { start: Uint32Array; forms: Uint32Array } {
  const start = new Uint32Array(terms + 1);
  for (const term of formTerm) start[term + 1]!++;
  for (let term = 0; term < terms; term++) start[term + 1]! += start[term]!;
  const next = start.slice(0, terms);
  const forms = new Uint32Array(formTerm.length);
  for (let form = 0; form < formTerm.length; form++) forms[next[formTerm[form]!]!++] = form;
  return { start, forms };
}
