/**
 * A RoFormer or RoFormer-Sim as bert4keras publishes it: bert_config.json, vocab.txt and a TensorFlow checkpoint
 * (`bert_model.ckpt.index` and `.data-…`). Matrices are [in, out] as here.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type EncoderConfig, encoderConfig } from "../models/encoder-config.ts";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import {
  assertNetwork,
  isApproximateGelu,
  numberReader,
  readFolderVocabulary,
  readJsonObject,
} from "./foreign-files.ts";
import type { EncoderFolder } from "./hugging-face.ts";
import { InterchangeError } from "./interchange-error.ts";
import { tensorNames } from "./name-map.ts";
import { readTensorFlowCheckpoint } from "./tensorflow-checkpoint.ts";

const CONFIG_FILE = "bert_config.json";

/**
 * Reads the folder of such a model.
 *
 * @throws InterchangeError for a missing file, more than one checkpoint, a tensor that is missing or misshapen;
 *   CheckpointError for a damaged one
 */
export async function readBert4KerasFolder(folder: string): Promise<EncoderFolder> {
  const raw = await readJsonObject(folder, CONFIG_FILE);
  const indices = (await readdir(folder)).filter((file) => file.endsWith(".index"));
  if (indices.length !== 1) {
    throw new InterchangeError(
      `${folder} holds ${indices.length} checkpoints (files ending in .index); there must be one.`,
    );
  }
  const prefix = join(folder, indices[0]!.replace(/\.index$/, ""));
  const model = await readBert4KerasCheckpoint(prefix, raw, join(folder, CONFIG_FILE));
  return { ...model, vocabulary: await readFolderVocabulary(folder, model.config.vocabSize) };
}

/**
 * @param prefix path of the checkpoint without `.index`
 * @param raw bert4keras' configuration
 */
export async function readBert4KerasCheckpoint(
  prefix: string,
  raw: Readonly<Record<string, unknown>>,
  configPath: string,
): Promise<{ config: EncoderConfig; parameters: ParameterSet }> {
  const number = numberReader(raw, configPath);
  const names = tensorNames(number("num_hidden_layers"));
  const tensors = await readTensorFlowCheckpoint(prefix, new Set(names.map(({ tensorFlow }) => tensorFlow)));
  const entries: [string, Parameter][] = [];
  for (const { own, tensorFlow } of names) {
    const tensor = tensors.get(tensorFlow);
    if (tensor !== undefined) entries.push([own, tensor]);
  }
  const config = encoderConfig({
    vocabSize: number("vocab_size"),
    hiddenSize: number("hidden_size"),
    numHiddenLayers: number("num_hidden_layers"),
    numAttentionHeads: number("num_attention_heads"),
    intermediateSize: number("intermediate_size"),
    typeVocabSize: number("type_vocab_size", 2),
    hiddenDropout: number("hidden_dropout_prob", 0.1),
    attentionDropout: number("attention_probs_dropout_prob", 0.1),
    isGeluApproximate: isApproximateGelu(raw, configPath),
    pooling: tensors.has("bert/pooler/dense/kernel") ? "cls" : "mean",
  });
  const parameters = parameterSet(entries);
  assertNetwork(config, parameters, names, "tensorFlow", prefix);
  return { config, parameters };
}
