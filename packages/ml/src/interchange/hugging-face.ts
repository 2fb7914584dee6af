/**
 * The folder layout of Hugging Face's RoFormer (`RoFormerForMaskedLM`): config.json, vocab.txt, model.safetensors.
 * Who outgrows one machine trains on with `transformers` and comes back. Rotation is interleaved there as here.
 *
 * What RoFormer there does not know travels along under our own names and is ignored by it: weights of tokens in
 * pooling, teacher heads, and the rest of our configuration under `cool_papers` in config.json.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readVocabularyFile, writeVocabularyFile } from "@cool-papers/text";
import { type EncoderConfig, encoderConfig } from "../models/encoder-config.ts";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import { tensorNames, transposed } from "./name-map.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

export interface EncoderFolder {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  readonly vocabulary: readonly string[];
}

/** A folder or a model that the layout cannot express. */
export class InterchangeError extends Error {
  override readonly name = "InterchangeError";
}

/** @throws InterchangeError for networks that RoFormer is not: pre-norm, DeepNorm, no norm of embeddings */
export async function writeHuggingFaceFolder(folder: string, model: EncoderFolder): Promise<void> {
  const { config, parameters, vocabulary } = model;
  if (config.normPlacement !== "post" || !config.hasEmbeddingNorm) {
    throw new InterchangeError(
      `Hugging Face's RoFormer normalises after each block and after the embeddings; this model has ` +
        `normPlacement "${config.normPlacement}" and hasEmbeddingNorm ${config.hasEmbeddingNorm}.`,
    );
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), `${JSON.stringify(toHuggingFaceConfig(config), null, 2)}\n`);
  await writeFile(join(folder, "vocab.txt"), writeVocabularyFile(vocabulary));
  await writeSafetensors(join(folder, "model.safetensors"), toHuggingFaceTensors(config, parameters), {
    metadata: { format: "pt" },
  });
}

/** @throws InterchangeError when config.json describes another kind of model or a tensor is missing */
export async function readHuggingFaceFolder(folder: string): Promise<EncoderFolder> {
  const raw = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
  if (raw.model_type !== "roformer") {
    throw new InterchangeError(
      `${folder}/config.json has model_type ${JSON.stringify(raw.model_type)}, not "roformer".`,
    );
  }
  const { tensors } = await readSafetensors(join(folder, "model.safetensors"));
  const config = fromHuggingFaceConfig(raw, tensors);
  const vocabulary = readVocabularyFile(await readFile(join(folder, "vocab.txt"), "utf8"));
  if (vocabulary.length !== config.vocabSize) {
    throw new InterchangeError(
      `${folder}/vocab.txt has ${vocabulary.length} pieces, but config.json says ${config.vocabSize}.`,
    );
  }
  return { config, parameters: fromHuggingFaceTensors(config, tensors, folder), vocabulary };
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
): EncoderConfig {
  if (raw.cool_papers !== undefined) return raw.cool_papers as EncoderConfig;
  if (raw.rotary_value === true) {
    throw new InterchangeError(
      "config.json has rotary_value true: values would be rotated too, which is not supported.",
    );
  }
  if (raw.embedding_size !== undefined && raw.embedding_size !== raw.hidden_size) {
    throw new InterchangeError(
      `config.json has embedding_size ${raw.embedding_size} and hidden_size ${raw.hidden_size}; they must be equal.`,
    );
  }
  const number = (field: string): number => {
    const value = raw[field];
    if (typeof value !== "number") throw new InterchangeError(`config.json lacks the number "${field}".`);
    return value;
  };
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
    isGeluApproximate: raw.hidden_act !== "gelu",
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
  folder: string,
): ParameterSet {
  const entries: [string, Parameter][] = [];
  const known = new Set<string>();
  for (const { own, huggingFace, isTransposed } of tensorNames(config.numHiddenLayers)) {
    known.add(huggingFace);
    const tensor = withPrefix(tensors, huggingFace);
    const isOptional = /^(lmHead|pooler|embeddings\.segment)/.test(own);
    if (tensor === undefined && !isOptional) {
      throw new InterchangeError(`${folder}/model.safetensors lacks "${huggingFace}".`);
    }
    if (tensor === undefined || (own === "embeddings.segment" && config.typeVocabSize === 0)) continue;
    entries.push([own, isTransposed ? flipped(tensor) : tensor]);
  }
  for (const [name, tensor] of tensors) {
    if (/^(pooling|heads)\./.test(name) && !known.has(name)) entries.push([name, tensor]);
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
