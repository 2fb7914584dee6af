import ort, { type InferenceSession } from "onnxruntime-node";

/** Tokens of a query as its own model reads them. */
export interface ReadTokens {
  /** [tokens, size], every row of length 1 */
  readonly vectors: Float32Array;
  /** [tokens]: what each counts, above 0 */
  readonly weights: Float32Array;
}

/**
 * Reads the tokens of a query among each other. Model: `input_ids` and `attention_mask` [batch, length] int64 to
 * `vectors` [batch, length, size] and `weights` [batch, length].
 */
export class TokenReader {
  readonly #session: InferenceSession;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  async read(ids: Int32Array): Promise<ReadTokens> {
    const shape = [1, ids.length];
    const { vectors, weights } = await this.#session.run({
      input_ids: new ort.Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new ort.Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
    });
    return { vectors: vectors!.data as Float32Array, weights: weights!.data as Float32Array };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
