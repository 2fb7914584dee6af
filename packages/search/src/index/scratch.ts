/**
 * Typed arrays that live as long as one search. Their memory is used again: V8 counts typed arrays as external memory
 * and marks the whole heap after every 64 MB of it, which at 100,000 papers was every eighth search and took 15 to
 * 30 ms of it (docs/log/2026-11-29-search-memory.md).
 */

/** Larger arrays than this are not kept. */
const MAX_KEPT_BYTES = 2 ** 22;
/** Smaller arrays share a size: most lists of documents are short. */
const MIN_BYTES = 2 ** 12;
/** All that is kept, in bytes. */
const POOL_BYTES = 2 ** 26;

/** Free buffers by size, a power of two. */
const free = new Map<number, ArrayBuffer[]>();
let freeBytes = 0;

type ArrayMaker<T> = new (buffer: ArrayBuffer, byteOffset: number, length: number) => T;

/** Arrays are zero at first. Without `release` they are ordinary garbage, so forgetting it loses nothing but speed. */
export class Scratch {
  private taken: ArrayBuffer[] = [];

  uint8(length: number): Uint8Array<ArrayBuffer> {
    return this.take(Uint8Array, length, 1);
  }

  uint16(length: number): Uint16Array<ArrayBuffer> {
    return this.take(Uint16Array, length, 2);
  }

  uint32(length: number): Uint32Array<ArrayBuffer> {
    return this.take(Uint32Array, length, 4);
  }

  float32(length: number): Float32Array<ArrayBuffer> {
    return this.take(Float32Array, length, 4);
  }

  float64(length: number): Float64Array<ArrayBuffer> {
    return this.take(Float64Array, length, 8);
  }

  /** Gives the memory of all arrays back; none of them may be used from now on. */
  release(): void {
    for (const buffer of this.taken) {
      if (freeBytes + buffer.byteLength > POOL_BYTES) continue;
      freeBytes += buffer.byteLength;
      const known = free.get(buffer.byteLength);
      if (known === undefined) free.set(buffer.byteLength, [buffer]);
      else known.push(buffer);
    }
    this.taken = [];
  }

  private take<T extends { fill(value: number): unknown }>(
    Maker: ArrayMaker<T>,
    length: number,
    bytes: number,
  ): T {
    const size = Math.max(MIN_BYTES, 2 ** Math.ceil(Math.log2(length * bytes)));
    if (size > MAX_KEPT_BYTES) return new Maker(new ArrayBuffer(length * bytes), 0, length);
    const known = free.get(size)?.pop();
    if (known !== undefined) freeBytes -= size;
    const buffer = known ?? new ArrayBuffer(size);
    this.taken.push(buffer);
    const array = new Maker(buffer, 0, length);
    if (known !== undefined) array.fill(0);
    return array;
  }
}
