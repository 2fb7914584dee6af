import type { SpecialTokenIds } from "@cool-papers/text";
import { packBlock, type TokenBlock } from "./token-store.ts";

/** The tokens of each text of a block that `firstOccurrences` marks. */
export function distinctTokens(block: TokenBlock, special: SpecialTokenIds): TokenBlock {
  const { rows, length } = block;
  const marks = firstOccurrences(block, special);
  const texts = Array.from({ length: rows }, (_, row) =>
    block.ids.subarray(row * length, (row + 1) * length).filter((_id, k) => marks[row * length + k] === 1),
  );
  return packBlock(texts, length, special.pad);
}

/**
 * 1 where a token stands in its text for the first time, [rows, length]; special ones 0, but for the first of a text of
 * nothing else.
 */
export function firstOccurrences(
  { ids, lengths, rows, length }: TokenBlock,
  special: SpecialTokenIds,
): Float32Array {
  const left = Object.values(special) as number[];
  const marks = new Float32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const seen = new Set(left);
    for (let at = row * length; at < row * length + lengths[row]!; at++) {
      if (!seen.has(ids[at]!)) marks[at] = 1;
      seen.add(ids[at]!);
    }
    if (seen.size === left.length) marks[row * length] = 1;
  }
  return marks;
}
