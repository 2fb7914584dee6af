import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { readBert4KerasFolder } from "../interchange/bert4keras.ts";
import { writeWeights } from "../interchange/checkpoint.ts";
import { type EncoderFolder, readHuggingFaceFolder } from "../interchange/hugging-face.ts";
import { InterchangeError } from "../interchange/interchange-error.ts";
import { parameterCount } from "../parameters.ts";

export interface ImportedModel {
  readonly weightsPath: string;
  readonly tokenizerPath: string;
  /** One line for people. */
  readonly description: string;
}

/**
 * Writes a foreign model as weights.safetensors (float32) and tokenizer.json, which the other verbs read.
 *
 * @param exported folder that training with transformers began with; null: none
 */
export async function importModel(
  folder: string,
  outDir: string,
  exported: string | null = null,
): Promise<ImportedModel> {
  const { config, parameters, vocabulary } = await readForeign(folder, exported);
  await mkdir(outDir, { recursive: true });
  const weightsPath = join(outDir, "weights.safetensors");
  const tokenizerPath = join(outDir, "tokenizer.json");
  await writeFile(tokenizerPath, writeTokenizerJson(new WordPieceTokenizer(vocabulary)));
  await writeWeights(weightsPath, { parameters, config, step: 0 }, "F32");
  const { numHiddenLayers, hiddenSize, numAttentionHeads, vocabSize } = config;
  const shape = `L${numHiddenLayers} H${hiddenSize} A${numAttentionHeads}, ${vocabSize} pieces`;
  const head = parameters.has("lmHead.bias") ? "with" : "without";
  const description = `RoFormer ${shape}, ${parameterCount(parameters)} parameters, pooling ${config.pooling}, ${head} language-model head`;
  return { weightsPath, tokenizerPath, description };
}

function readForeign(folder: string, exported: string | null): Promise<EncoderFolder> {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder && existsSync(join(folder, "config.json"))) return readHuggingFaceFolder(folder, exported);
  if (isFolder && readdirSync(folder).some((file) => file === "bert_config.json" || file.endsWith(".index")))
    return readBert4KerasFolder(folder);
  throw new InterchangeError(
    `${folder} is neither a folder of transformers' RoFormer (config.json, vocab.txt, model.safetensors) nor one of ` +
      "bert4keras (bert_config.json, vocab.txt, bert_model.ckpt.index and .data-…).",
  );
}
