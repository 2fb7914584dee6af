import type { CpuSessionOptions } from "../backend/cpu-session.ts";
import type { EmbeddingSource } from "../models/embedding.ts";
import { documentConfig, type EncoderConfig } from "../models/encoder-config.ts";
import type { ParameterSet } from "../parameters.ts";
import { exportEncoder } from "./encoder-graph.ts";
import { EncoderRunner } from "./encoder-runner.ts";

/** What a text is for. */
export type TextUse = "query" | "document";

/** Embeds queries and documents with a model that may read them apart (`hasBagDocuments`). */
export class ModelReader {
  readonly #runners: Readonly<Record<TextUse, EncoderRunner>>;

  private constructor(runners: Readonly<Record<TextUse, EncoderRunner>>) {
    this.#runners = runners;
  }

  static async create(
    config: EncoderConfig,
    parameters: ParameterSet,
    source: EmbeddingSource,
    options: CpuSessionOptions = {},
  ): Promise<ModelReader> {
    const open = (reader: EncoderConfig): Promise<EncoderRunner> =>
      EncoderRunner.create(exportEncoder(reader, parameters, source), options);
    const query = await open(config);
    const document = config.hasBagDocuments ? await open(documentConfig(config)) : query;
    return new ModelReader({ query, document });
  }

  /** Unit vectors of the texts, in their order. */
  embed(texts: readonly Int32Array[], use: TextUse): Promise<Float32Array[]> {
    return this.#runners[use].embed(texts);
  }

  async release(): Promise<void> {
    for (const runner of new Set(Object.values(this.#runners))) await runner.release();
  }
}
