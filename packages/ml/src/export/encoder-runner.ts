import type { OnnxModel } from "@cool-papers/onnx";
import { CpuSession, type CpuSessionOptions } from "../backend/cpu-session.ts";
import { ENCODER_INPUTS, ENCODER_OUTPUT } from "./encoder-graph.ts";

/** Runs an exported encoder on token ids. */
export class EncoderRunner {
  readonly #session: CpuSession;

  private constructor(session: CpuSession) {
    this.#session = session;
  }

  static async create(model: OnnxModel, options: CpuSessionOptions = {}): Promise<EncoderRunner> {
    return new EncoderRunner(await CpuSession.create(model, { optimization: "all", ...options }));
  }

  /**
   * Unit vectors of the texts, [texts.length][size]. Texts are run in batches of similar length, so that little padding
   * is computed, and come back in the order given.
   * @param maxTokens tokens of one batch, padding included
   */
  async embed(texts: readonly Int32Array[], maxTokens = 8192): Promise<Float32Array[]> {
    const results = new Array<Float32Array>(texts.length);
    const order = Array.from(texts.keys()).sort((a, b) => texts[a]!.length - texts[b]!.length || a - b);
    for (let start = 0; start < order.length; ) {
      let end = start + 1;
      while (end < order.length && (end + 1 - start) * texts[order[end]!]!.length <= maxTokens) end++;
      const batch = order.slice(start, end);
      const vectors = await this.#embedBatch(batch.map((k) => texts[k]!));
      batch.forEach((k, row) => {
        results[k] = vectors[row]!;
      });
      start = end;
    }
    return results;
  }

  async #embedBatch(texts: readonly Int32Array[]): Promise<Float32Array[]> {
    const length = Math.max(1, ...texts.map((text) => text.length));
    const ids = new BigInt64Array(texts.length * length);
    const mask = new BigInt64Array(texts.length * length);
    texts.forEach((text, row) => {
      text.forEach((id, k) => {
        ids[row * length + k] = BigInt(id);
        mask[row * length + k] = 1n;
      });
    });
    const shape = [texts.length, length];
    const outputs = await this.#session.run(
      { [ENCODER_INPUTS.tokenIds]: ids, [ENCODER_INPUTS.mask]: mask },
      { [ENCODER_INPUTS.tokenIds]: shape, [ENCODER_INPUTS.mask]: shape },
    );
    const data = outputs[ENCODER_OUTPUT] as Float32Array;
    const size = data.length / texts.length;
    return texts.map((_, row) => data.slice(row * size, (row + 1) * size));
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
