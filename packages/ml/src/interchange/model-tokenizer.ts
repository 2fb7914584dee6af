import { readFile } from "node:fs/promises";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";

/** A tokenizer of another model: its ids would mean other pieces, or none. */
export class TokenizerMismatchError extends Error {
  override readonly name = "TokenizerMismatchError";
}

/** Reads tokenizer.json for a model. @throws TokenizerMismatchError when it has another number of pieces than the model */
export async function readModelTokenizer(
  path: string,
  { vocabSize }: { readonly vocabSize: number },
): Promise<WordPieceTokenizer> {
  const tokenizer = readTokenizerJson(await readFile(path, "utf8"));
  if (tokenizer.vocabSize !== vocabSize) {
    throw new TokenizerMismatchError(
      `${path} has ${tokenizer.vocabSize} pieces, but the model ${vocabSize}: name the tokenizer it was trained with (--tokenizer).`,
    );
  }
  return tokenizer;
}
