import { type GenerateOptions, generate } from "../generation/generator.ts";
import { readModel } from "../interchange/checkpoint.ts";
import { readModelTokenizer } from "../interchange/model-tokenizer.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";

/** Prints texts like the given one, the closest first. */
export async function generateTexts(
  checkpointPath: string,
  tokenizerPath: string,
  source: string,
  options: GenerateOptions,
): Promise<void> {
  const { parameters, config } = await readModel(checkpointPath);
  const encoderConfig = config as EncoderConfig;
  const tokenizer = await readModelTokenizer(tokenizerPath, encoderConfig);
  const model = { config: encoderConfig, parameters, tokenizer };
  for (const { text, similarity } of await generate(model, source, options)) {
    console.log(`${similarity.toFixed(3)}  ${text}`);
  }
}
