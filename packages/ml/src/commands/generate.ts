import { readFile } from "node:fs/promises";
import { readTokenizerJson } from "@cool-papers/text";
import { type GenerateOptions, generate } from "../generation/generator.ts";
import { readModel } from "../interchange/checkpoint.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";

/** Prints texts like the given one, the closest first. */
export async function generateTexts(
  checkpointPath: string,
  tokenizerPath: string,
  source: string,
  options: GenerateOptions,
): Promise<void> {
  const { parameters, config } = await readModel(checkpointPath);
  const tokenizer = readTokenizerJson(await readFile(tokenizerPath, "utf8"));
  const model = { config: config as EncoderConfig, parameters, tokenizer };
  for (const { text, similarity } of await generate(model, source, options)) {
    console.log(`${similarity.toFixed(3)}  ${text}`);
  }
}
