/** English–Chinese terms as token sequences, for titles in which languages mix. */
import { join } from "node:path";
import type { WordPieceTokenizer } from "@cool-papers/text";
import type { SeededRandom } from "./seeded-random.ts";
import { readTsv } from "./tsv.ts";

const MAX_TERM_TOKENS = 6;
/** Share of the terms found that are replaced. */
const SWITCH_RATE = 0.7;

export class TermDictionary {
  readonly #translations = new Map<string, Int32Array>();

  /** Number of terms, both directions together. */
  get size(): number {
    return this.#translations.size;
  }

  add(from: Int32Array, to: Int32Array): void {
    if (from.length > 0 && from.length <= MAX_TERM_TOKENS) this.#translations.set(from.join(), to);
  }

  /** Replaces most of the terms found, longest first from the left. */
  switchTerms(tokens: Int32Array, random: SeededRandom): Int32Array {
    const result: number[] = [];
    for (let i = 0; i < tokens.length; ) {
      const length = this.#longestTerm(tokens, i);
      const translation =
        length === 0 ? undefined : this.#translations.get(tokens.subarray(i, i + length).join());
      if (translation !== undefined && random.next() < SWITCH_RATE) {
        result.push(...translation);
        i += length;
      } else result.push(tokens[i++]!);
    }
    return Int32Array.from(result);
  }

  #longestTerm(tokens: Int32Array, at: number): number {
    for (let length = Math.min(MAX_TERM_TOKENS, tokens.length - at); length > 0; length--) {
      if (this.#translations.has(tokens.subarray(at, at + length).join())) return length;
    }
    return 0;
  }
}

/** terms.tsv of the data folder (English and Chinese columns `en` and `zh`), in both directions. */
export async function readTermDictionary(
  dataDir: string,
  tokenizer: WordPieceTokenizer,
): Promise<TermDictionary> {
  const dictionary = new TermDictionary();
  const tokens = (text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;
  for await (const { en, zh } of readTsv(join(dataDir, "terms.tsv"))) {
    // A Chinese term of one character is too ambiguous to be found within a text.
    if (en === "" || zh!.length < 2) continue;
    dictionary.add(tokens(en!), tokens(zh!));
    dictionary.add(tokens(zh!), tokens(en!));
  }
  return dictionary;
}
