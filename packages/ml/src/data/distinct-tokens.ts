import type { SpecialTokenIds } from "@cool-papers/text";
import { packBlock, type TokenBlock } from "./token-store.ts";

/** The tokens of each text of a block, each once, without special ones; a text of nothing else keeps its first. */
export function distinctTokens(block: TokenBlock, special: SpecialTokenIds): TokenBlock {
  const left = new Set(Object.values(special) as number[]);
  const texts = Array.from({ length: block.rows }, (_, row) => {
    const ids = block.ids.subarray(row * block.length, row * block.length + block.lengths[row]!);
    const distinct = [...new Set(ids)].filter((id) => !left.has(id));
    return Int32Array.from(distinct.length > 0 ? distinct : ids.subarray(0, 1));
  });
  return packBlock(texts, block.length, special.pad);
}

/**
 * The same tokens at their places: 1 where a token stands in its text for the first time, [rows, length]; special ones 0,
 * but for the first of a text of nothing else.
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
