/** Strings packed end to end as UTF-8: a hundred thousand of them are two arrays, not a hundred thousand objects. */
export interface StringTableArrays {
  readonly bytes: Uint8Array;
  /** [length + 1] */
  readonly offsets: Uint32Array;
}

export function packStrings(strings: readonly string[]): StringTableArrays {
  const offsets = new Uint32Array(strings.length + 1);
  const encoded = Buffer.from(strings.join(""), "utf8");
  let at = 0;
  for (let index = 0; index < strings.length; index++) {
    at += Buffer.byteLength(strings[index]!, "utf8");
    offsets[index + 1] = at;
  }
  if (at !== encoded.length) return packOneByOne(strings);
  return { bytes: new Uint8Array(encoded), offsets };
}

/** Lone surrogates at a seam can pair up when joined; then each string is encoded alone. */
function packOneByOne(strings: readonly string[]): StringTableArrays {
  const parts = strings.map((text) => Buffer.from(text, "utf8"));
  const offsets = new Uint32Array(strings.length + 1);
  parts.forEach((part, index) => {
    offsets[index + 1] = offsets[index]! + part.length;
  });
  return { bytes: new Uint8Array(Buffer.concat(parts)), offsets };
}

export class StringTable {
  readonly length: number;
  private readonly buffer: Buffer;
  private readonly offsets: Uint32Array;

  constructor(arrays: StringTableArrays) {
    this.length = arrays.offsets.length - 1;
    this.buffer = Buffer.from(arrays.bytes.buffer, arrays.bytes.byteOffset, arrays.bytes.byteLength);
    this.offsets = arrays.offsets;
  }

  get(index: number): string {
    return this.buffer.toString("utf8", this.offsets[index]!, this.offsets[index + 1]!);
  }

  /** First index whose string is not below `text` in code-unit order; the table must be sorted. */
  lowerBound(text: string): number {
    return lowerBound(this.length, (index) => this.get(index) < text);
  }

  /** Index of the string in a sorted table, or -1. */
  find(text: string): number {
    const at = this.lowerBound(text);
    return at < this.length && this.get(at) === text ? at : -1;
  }
}

/** First index in [0, length) for which `isBelow` is false; `isBelow` must hold for a prefix of the indices only. */
export function lowerBound(length: number, isBelow: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
