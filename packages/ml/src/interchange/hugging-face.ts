/**
 * The folder layout of Hugging Face's RoFormer (`RoFormerForMaskedLM`): config.json, vocab.txt, model.safetensors.
 * Who outgrows one machine trains on with `transformers` and comes back. Rotation is interleaved there as here.
 *
 * What RoFormer there does not know travels along under our own names and is ignored by it: weights of tokens in
 * pooling, teacher heads, and the rest of our configuration under `cool_papers` in config.json.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeVocabularyFile } from "@cool-papers/text";
import { type EncoderConfig, encoderConfig } from "../models/encoder-config.ts";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import {
  assertNetwork,
  isApproximateGelu,
  numberReader,
  readFolderVocabulary,
  readJsonObject,
} from "./foreign-files.ts";
import { InterchangeError } from "./interchange-error.ts";
import { tensorNames, transposed } from "./name-map.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

export interface EncoderFolder {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  readonly vocabulary: readonly string[];
}

/** What RoFormer is there, whatever its configuration says. */
const ROFORMER = {
  normPlacement: "post",
  hasEmbeddingNorm: true,
  isBiasFree: false,
  isRmsNorm: false,
  hasLinearAttention: false,
  logScaleLength: 0,
  rotaryBase: 10_000,
} as const satisfies Partial<EncoderConfig>;

/** @throws InterchangeError for networks that RoFormer is not (pre-norm, DeepNorm, …) and another model's vocabulary */
export async function writeHuggingFaceFolder(folder: string, model: EncoderFolder): Promise<void> {
  const { config, parameters, vocabulary } = model;
  for (const [field, value] of Object.entries(ROFORMER)) {
    const own = config[field as keyof typeof ROFORMER];
    if (own !== value) {
      throw new InterchangeError(
        `Hugging Face's RoFormer cannot express this model: its ${field} is ${JSON.stringify(own)}, not ${JSON.stringify(value)}.`,
      );
    }
  }
  if (vocabulary.length !== config.vocabSize) {
    throw new InterchangeError(
      `The tokenizer has ${vocabulary.length} pieces and the model ${config.vocabSize}: name the tokenizer it was trained with.`,
    );
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), `${JSON.stringify(toHuggingFaceConfig(config), null, 2)}\n`);
  await writeFile(join(folder, "vocab.txt"), writeVocabularyFile(vocabulary));
  await writeSafetensors(join(folder, "model.safetensors"), toHuggingFaceTensors(config, parameters), {
    metadata: { format: "pt" },
  });
}

/**
 * @param exported the folder that training with `transformers` began with: what it drops on saving, our own tensors and
 *   vocab.txt, is taken from there
 * @throws InterchangeError for a missing file, another kind of model, and a tensor that is missing or misshapen
 */
export async function readHuggingFaceFolder(
  folder: string,
  exported: string | null = null,
): Promise<EncoderFolder> {
  const raw = await readJsonObject(folder, "config.json");
  if (raw.model_type !== "roformer") {
    throw new InterchangeError(
      `${folder}/config.json has model_type ${JSON.stringify(raw.model_type)}, not "roformer".`,
    );
  }
  const path = join(folder, "model.safetensors");
  const { tensors: saved } = await readSafetensors(path);
  const dropped = exported === null ? [] : await ownTensors(exported);
  const tensors = new Map([...dropped, ...saved]);
  const config = fromHuggingFaceConfig(raw, tensors, join(folder, "config.json"));
  const vocabularyFolder = existsSync(join(folder, "vocab.txt")) ? folder : (exported ?? folder);
  const vocabulary = await readFolderVocabulary(vocabularyFolder, config.vocabSize);
  const parameters = fromHuggingFaceTensors(config, tensors);
  assertNetwork(config, parameters, tensorNames(config.numHiddenLayers), "huggingFace", path);
  return { config, parameters, vocabulary };
}

/** Weights of tokens in pooling and teacher heads: RoFormer knows neither. */
const isOwnTensor = (name: string): boolean => /^(pooling|heads)\./.test(name);

async function ownTensors(folder: string): Promise<[string, StoredTensor][]> {
  const { tensors } = await readSafetensors(join(folder, "model.safetensors"));
  return [...tensors].filter(([name]) => isOwnTensor(name));
}

function toHuggingFaceConfig(config: EncoderConfig): Record<string, unknown> {
  return {
    architectures: ["RoFormerForMaskedLM"],
    model_type: "roformer",
    vocab_size: config.vocabSize,
    embedding_size: config.hiddenSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    intermediate_size: config.intermediateSize,
    hidden_act: config.isGeluApproximate ? "gelu_new" : "gelu",
    hidden_dropout_prob: config.hiddenDropout,
    attention_probs_dropout_prob: config.attentionDropout,
    max_position_embeddings: 1536,
    // A model without segments gets one segment of zeros, since the layout has no way to leave them out.
    type_vocab_size: Math.max(1, config.typeVocabSize),
    initializer_range: config.initializerStd,
    layer_norm_eps: config.layerNormEpsilon,
    rotary_value: false,
    pad_token_id: 0,
    cool_papers: config,
  };
}

function fromHuggingFaceConfig(
  raw: Record<string, unknown>,
  tensors: ReadonlyMap<string, StoredTensor>,
  path: string,
): EncoderConfig {
  if (raw.cool_papers !== undefined) return encoderConfig(raw.cool_papers as EncoderConfig);
  if (raw.rotary_value === true) {
    throw new InterchangeError(
      `${path} has rotary_value true: values would be rotated too, which is not supported.`,
    );
  }
  if (raw.embedding_size !== undefined && raw.embedding_size !== raw.hidden_size) {
    throw new InterchangeError(
      `${path} has embedding_size ${raw.embedding_size} and hidden_size ${raw.hidden_size}; they must be equal.`,
    );
  }
  const number = numberReader(raw, path);
  return encoderConfig({
    vocabSize: number("vocab_size"),
    hiddenSize: number("hidden_size"),
    numHiddenLayers: number("num_hidden_layers"),
    numAttentionHeads: number("num_attention_heads"),
    intermediateSize: number("intermediate_size"),
    typeVocabSize: number("type_vocab_size"),
    layerNormEpsilon: number("layer_norm_eps"),
    hiddenDropout: number("hidden_dropout_prob"),
    attentionDropout: number("attention_probs_dropout_prob"),
    initializerStd: number("initializer_range"),
    isGeluApproximate: isApproximateGelu(raw, path),
    pooling: withPrefix(tensors, "roformer.pooler.dense.weight") === undefined ? "mean" : "cls",
  });
}

function toHuggingFaceTensors(config: EncoderConfig, parameters: ParameterSet): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const left = new Set(parameters.names);
  for (const { own, huggingFace, isTransposed } of tensorNames(config.numHiddenLayers)) {
    if (own === "embeddings.segment" && config.typeVocabSize === 0) {
      const shape = [1, config.hiddenSize];
      tensors.set(huggingFace, { shape, data: new Float32Array(config.hiddenSize) });
    }
    if (!left.delete(own)) continue;
    const parameter = parameters.get(own);
    tensors.set(huggingFace, isTransposed ? flipped(parameter) : parameter);
  }
  for (const name of left) tensors.set(name, parameters.get(name));
  return tensors;
}

function fromHuggingFaceTensors(
  config: EncoderConfig,
  tensors: ReadonlyMap<string, StoredTensor>,
): ParameterSet {
  const entries: [string, Parameter][] = [];
  for (const { own, huggingFace, isTransposed } of tensorNames(config.numHiddenLayers)) {
    const tensor = withPrefix(tensors, huggingFace);
    if (tensor === undefined || (own === "embeddings.segment" && config.typeVocabSize === 0)) continue;
    entries.push([own, isTransposed && tensor.shape.length === 2 ? flipped(tensor) : tensor]);
  }
  for (const [name, tensor] of tensors) {
    if (isOwnTensor(name)) entries.push([name, tensor]);
  }
  return parameterSet(entries);
}

/** `RoFormerModel` alone is stored without the prefix of the model with a head. */
const withPrefix = (tensors: ReadonlyMap<string, StoredTensor>, name: string) =>
  tensors.get(name) ?? tensors.get(name.replace(/^roformer\./, ""));

function flipped({ data, shape }: Parameter): Parameter {
  const [rows, columns] = shape as [number, number];
  return { data: transposed(data, rows, columns), shape: [columns, rows] };
}
