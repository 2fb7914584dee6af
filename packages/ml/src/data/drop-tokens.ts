import type { SpecialTokenIds } from "@cool-papers/text";
import type { SeededRandom } from "./seeded-random.ts";

/** Shares of the different tokens that texts lose in training, 0 … 1 each. */
export interface TokenDropout {
  readonly query: number;
  readonly document: number;
}

export const NO_DROPOUT: TokenDropout = { query: 0, document: 0 };

/**
 * A text without some of its different tokens, each at all its places: a reader of it cannot lean on the one rare word
 * that tells the papers of the training set apart. Special tokens stay, and so does the text when nothing else would.
 *
 * @param share of the different tokens that are dropped, 0 … 1
 */
export function dropTokens(
  tokens: Int32Array,
  share: number,
  special: SpecialTokenIds,
  random: SeededRandom,
): Int32Array {
  if (share === 0) return tokens;
  const salt = random.nextUint32();
  const threshold = share * 2 ** 32;
  const kept = tokens.filter((token) => isSpecial(token, special) || mix(token, salt) >= threshold);
  return kept.every((token) => isSpecial(token, special)) ? tokens : kept;
}

const isSpecial = (token: number, { pad, unk, cls, sep, mask }: SpecialTokenIds): boolean =>
  token === cls || token === sep || token === pad || token === unk || token === mask;

/** One number of 32 bits for a token and a salt: the finaliser of MurmurHash3 (Austin Appleby, public domain). */
function mix(token: number, salt: number): number {
  let x = Math.imul(token, 0x9e3779b1) ^ salt;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
