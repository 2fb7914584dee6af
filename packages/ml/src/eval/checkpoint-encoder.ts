import { ModelReader } from "../export/index.ts";
import { readModel } from "../interchange/checkpoint.ts";
import { readModelTokenizer } from "../interchange/model-tokenizer.ts";
import type { EmbeddingSource } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import type { Encoder } from "./encoder.ts";

export interface CheckpointEncoderOptions {
  readonly tokenizerPath: string;
  readonly maxTokens: number;
  readonly threads: number;
  readonly source: EmbeddingSource;
}

/** A training checkpoint as an encoder, in float32, without a bundle. */
export async function openCheckpointEncoder(
  path: string,
  options: CheckpointEncoderOptions,
): Promise<Encoder & { release(): Promise<void> }> {
  const { parameters, config, step } = await readModel(path);
  const encoderConfig = config as EncoderConfig;
  const tokenizer = await readModelTokenizer(options.tokenizerPath, encoderConfig);
  const reader = await ModelReader.create(encoderConfig, parameters, options.source, {
    threads: options.threads,
  });
  return {
    name: `${path} step ${step}`,
    embed: (texts, kind) =>
      reader.embed(
        texts.map((text) => tokenizer.encode(text, { maxLength: options.maxTokens }).ids),
        kind,
      ),
    release: () => reader.release(),
  };
}
