/** A vocabulary or tokenizer file that cannot be used; the message names the value and the way out. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}
