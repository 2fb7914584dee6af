/** Decoder of the Snappy block format (google/snappy, format_description.txt). */

/** A block that ends early or points outside itself. */
export class SnappyError extends Error {
  override readonly name = "SnappyError";
}

/** @throws SnappyError when the block is damaged */
export function decodeSnappy(input: Uint8Array): Uint8Array {
  let at = 0;
  const byte = (): number => {
    const value = input[at++];
    if (value === undefined) throw new SnappyError("the block ends early");
    return value;
  };
  const littleEndian = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  let length = 0;
  for (let shift = 1; ; shift *= 128) {
    const next = byte();
    length += (next & 0x7f) * shift;
    if (next < 0x80) break;
  }
  const output = new Uint8Array(length);
  let written = 0;
  const copy = (offset: number, count: number): void => {
    if (offset === 0 || offset > written || written + count > length) {
      throw new SnappyError(
        `a copy of ${count} bytes from ${offset} back does not fit at ${written} of ${length}`,
      );
    }
    // Byte by byte: source and target may overlap, which repeats a pattern.
    for (let i = 0; i < count; i++, written++) output[written] = output[written - offset]!;
  };
  while (at < input.length) {
    const tag = byte();
    switch (tag & 3) {
      case 0: {
        const short = tag >> 2;
        const count = (short < 60 ? short : littleEndian(short - 59)) + 1;
        if (at + count > input.length || written + count > length)
          throw new SnappyError("a literal does not fit");
        output.set(input.subarray(at, at + count), written);
        at += count;
        written += count;
        break;
      }
      case 1:
        copy(((tag >> 5) << 8) + byte(), ((tag >> 2) & 7) + 4);
        break;
      case 2:
        copy(littleEndian(2), (tag >> 2) + 1);
        break;
      default:
        copy(littleEndian(4), (tag >> 2) + 1);
    }
  }
  if (written !== length) throw new SnappyError(`the block gave ${written} bytes instead of ${length}`);
  return output;
}
