/**
 * A training checkpoint: one safetensors file with the parameters (`parameters/…`), the optimiser's moments
 * (`optimizer/…`) and, as metadata, everything else that decides how training goes on. Written in one piece, so a kill
 * leaves the former checkpoint intact.
 */
import { statSync } from "node:fs";
import { adapterOf, type LoraConfig, mergeLora } from "../nn/lora.ts";
import { type ParameterSet, parameterSet } from "../parameters.ts";
import type { EarlyStopState } from "../train/early-stop.ts";
import type { TrainerState } from "../train/trainer.ts";
import { readHuggingFaceFolder } from "./hugging-face.ts";
import { readSafetensors, type StoredTensor, TensorFileError, writeSafetensors } from "./safetensors.ts";

export interface TrainingCheckpoint {
  readonly parameters: ParameterSet;
  readonly trainer: TrainerState;
  /** Where the data stands, as its reader reports it; JSON. */
  readonly dataPosition: unknown;
  /** Training time so far, over all runs. */
  readonly elapsedSeconds: number;
  /** The model's configuration; JSON. */
  readonly config: unknown;
  /** Name of the recipe. */
  readonly recipe: string;
  /** What early stopping has seen; null without it. */
  readonly earlyStop: EarlyStopState | null;
}

const PARAMETERS = "parameters/";
const OPTIMIZER = "optimizer/";

export async function writeCheckpoint(path: string, checkpoint: TrainingCheckpoint): Promise<void> {
  const { parameters, trainer, ...rest } = checkpoint;
  const tensors = new Map<string, StoredTensor>();
  for (const name of parameters.names) tensors.set(PARAMETERS + name, parameters.get(name));
  for (const [key, data] of trainer.optimizer.tensors)
    tensors.set(OPTIMIZER + key, { shape: [data.length], data });
  const state = { ...rest, step: trainer.step, random: trainer.random, counters: trainer.optimizer.counters };
  await writeSafetensors(path, tensors, { metadata: { state: JSON.stringify(state) } });
}

/** @throws TensorFileError when the file is missing, damaged, or no checkpoint */
export async function readCheckpoint(path: string): Promise<TrainingCheckpoint> {
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.state === undefined) {
    throw new TensorFileError(
      `${path} holds weights but no training state; start from it with --from instead of --resume.`,
    );
  }
  const state = JSON.parse(metadata.state);
  const moments = [...tensors].filter(([key]) => key.startsWith(OPTIMIZER));
  return {
    parameters: parametersOfCheckpoint(tensors),
    trainer: {
      step: state.step,
      random: state.random,
      optimizer: {
        counters: state.counters,
        tensors: new Map(moments.map(([key, { data }]) => [key.slice(OPTIMIZER.length), data])),
      },
    },
    dataPosition: state.dataPosition,
    elapsedSeconds: state.elapsedSeconds,
    config: state.config,
    recipe: state.recipe,
    earlyStop: state.earlyStop ?? null,
  };
}

/** A model without the state of its training. */
export interface StoredModel {
  readonly parameters: ParameterSet;
  /** The model's configuration; JSON. */
  readonly config: unknown;
  /** Steps of training behind it. */
  readonly step: number;
}

/** Writes weights alone; as float16 a sixth of a checkpoint: enough to evaluate, export, or begin the next stage. */
export async function writeWeights(
  path: string,
  model: StoredModel,
  format: "F16" | "F32" = "F16",
): Promise<void> {
  const { parameters, config, step } = model;
  const tensors = new Map(parameters.names.map((name) => [PARAMETERS + name, parameters.get(name)]));
  await writeSafetensors(path, tensors, {
    format,
    metadata: { model: JSON.stringify({ config, step }) },
  });
}

/**
 * The model of a checkpoint or of a file of weights, adapters merged into its weights, or of a folder of Hugging Face's.
 *
 * @throws TensorFileError when the file is neither, InterchangeError for a folder that cannot be read
 */
export async function readModel(path: string): Promise<StoredModel> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return { ...(await readHuggingFaceFolder(path)), step: 0 };
  }
  const { tensors, metadata } = await readSafetensors(path);
  const description = metadata.state ?? metadata.model;
  if (description === undefined) {
    throw new TensorFileError(
      `${path} says nothing about the model it holds; it is neither a checkpoint nor weights of ours.`,
    );
  }
  const { config, step } = JSON.parse(description) as { config: StoredConfig; step: number };
  const { lora, ...model } = config;
  const parameters = parametersOfCheckpoint(tensors);
  return {
    parameters: lora === undefined ? parameters : mergeLora(parameters, adapterOf(lora)),
    config: model,
    step,
  };
}

/** A model's configuration, with its adapter while that is trained. */
interface StoredConfig {
  readonly lora?: LoraConfig;
}

function parametersOfCheckpoint(tensors: ReadonlyMap<string, StoredTensor>): ParameterSet {
  return parameterSet(
    [...tensors]
      .filter(([key]) => key.startsWith(PARAMETERS))
      .map(([key, tensor]) => [key.slice(PARAMETERS.length), tensor] as const),
  );
}
