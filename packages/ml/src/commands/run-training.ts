import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BatchStream } from "../data/batch-source.ts";
import {
  readCheckpoint,
  readModel,
  type TrainingCheckpoint,
  writeCheckpoint,
} from "../interchange/checkpoint.ts";
import { type EncoderConfig, isBagOfAnotherWidth } from "../models/encoder-config.ts";
import { frozenUnderLora, type Grown, growParameters, initializeParameters } from "../nn/index.ts";
import { warmupLinear } from "../optim/index.ts";
import type { ParameterSet } from "../parameters.ts";
import type { Recipe } from "../recipe.ts";
import { MetricsLog } from "../report/metrics-log.ts";
import { EarlyStop, runTrainLoop, type StepReport, Trainer, type TrainTask } from "../train/index.ts";

/** Adapters without a model to adapt. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";
}

/** What the command line says about a run. */
export interface RunOptions {
  readonly recipeName: string;
  /** Folder of checkpoint.safetensors and metrics.jsonl. */
  readonly runDir: string;
  /** Go on from the checkpoint in runDir. */
  readonly resume: boolean;
  /** Checkpoint or weights that the model begins with, where names and shapes fit. */
  readonly from: string | null;
  readonly maxMinutes: number;
  readonly checkpointMinutes: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onReport: (report: StepReport, secondsPerStep: number) => void;
  /** Told what a model of `from` did not have in its shape. */
  readonly onGrown?: (grown: Grown) => void;
}

export interface TrainingSetup<Batch> {
  readonly recipe: Recipe;
  readonly task: TrainTask<Batch>;
  /** The model's configuration, stored in checkpoints. */
  readonly config: unknown;
  /** Rows that move, by the parameters that have them, when everything else stays; null: everything moves. */
  readonly trainedRows: ReadonlyMap<string, Int32Array> | null;
  /** Opens the data at a stored position, or at its beginning. */
  openBatches(position: unknown): BatchStream<Batch>;
  /** Changes freshly drawn parameters before the first step. */
  prepare(parameters: ParameterSet): Promise<void>;
}

export interface RunResult {
  readonly step: number;
  readonly end: string;
}

/** The checkpoint of a run that goes on, or null for a new one. */
export function storedRun(options: RunOptions): Promise<TrainingCheckpoint | null> {
  return options.resume ? readCheckpoint(checkpointPath(options)) : Promise.resolve(null);
}

const checkpointPath = (options: RunOptions) => join(options.runDir, "checkpoint.safetensors");

/** Trains with checkpoints and a metrics log until the recipe's steps, the minutes or the signal end it. */
export async function runTraining<Batch>(
  setup: TrainingSetup<Batch>,
  options: RunOptions,
): Promise<RunResult> {
  const { recipe, task } = setup;
  if (recipe.lora !== undefined && options.from === null && !options.resume)
    throw new AdapterError(
      "This recipe trains adapters of a model that stays as it is: name it with --from.",
    );
  await mkdir(options.runDir, { recursive: true });
  const stored = await storedRun(options);
  const batches = setup.openBatches(stored?.dataPosition);
  // Of the batches trained on: the loop may have taken one more when it is aborted.
  let position = batches.position();
  const first = await batches.next();
  const parameters = await startParameters(setup, options, stored, first);
  const { peak, warmupSteps, totalSteps, floor } = recipe.learningRate;
  const trainer = new Trainer<Batch>({
    task,
    parameters,
    optimizer: recipe.optimizer(),
    learningRate: warmupLinear(peak, warmupSteps, totalSteps, floor),
    seed: recipe.seed,
    maxGradientNorm: recipe.maxGradientNorm,
    frozen: frozenBy(recipe, parameters, setup.trainedRows),
    ...(setup.trainedRows === null ? {} : { trainedRows: setup.trainedRows }),
    session: { threads: options.threads },
    ...(recipe.maxBadSteps === undefined ? {} : { maxBadSteps: recipe.maxBadSteps }),
  });
  if (stored !== null) trainer.restore(stored.trainer);
  const secondsBefore = stored?.elapsedSeconds ?? 0;
  const earlyStop = recipe.earlyStop ? new EarlyStop(recipe.earlyStop, stored?.earlyStop) : null;
  const save = (elapsedSeconds: number) =>
    writeCheckpoint(checkpointPath(options), {
      parameters,
      trainer: trainer.state(),
      dataPosition: position,
      elapsedSeconds: secondsBefore + elapsedSeconds,
      config: setup.config,
      recipe: options.recipeName,
      earlyStop: earlyStop?.state() ?? null,
    });
  const log = await MetricsLog.open(join(options.runDir, "metrics.jsonl"), trainer.step, secondsBefore);
  let savedAt = 0;
  let elapsed = 0;
  const end = await runTrainLoop({
    trainer,
    batches: forever(first, batches),
    maxSteps: totalSteps,
    gradAccumSteps: recipe.gradAccumSteps ?? 1,
    maxSeconds: options.maxMinutes * 60,
    signal: options.signal,
    async onStep(report, seconds) {
      position = batches.position();
      options.onReport(report, seconds - elapsed);
      elapsed = seconds;
      await log.add(report, seconds);
      if (earlyStop?.add(report)) return "stop";
      if (seconds - savedAt < options.checkpointMinutes * 60) return undefined;
      savedAt = seconds;
      await save(seconds);
      return undefined;
    },
  });
  await save(elapsed);
  await trainer.release();
  return { step: trainer.step, end };
}

async function* forever<Batch>(first: Batch, batches: BatchStream<Batch>): AsyncGenerator<Batch, never> {
  yield first;
  for (;;) yield await batches.next();
}

function frozenBy(
  { frozen, lora }: Recipe,
  parameters: ParameterSet,
  trainedRows: TrainingSetup<unknown>["trainedRows"],
): Set<string> {
  if (trainedRows !== null)
    return new Set([...frozen, ...parameters.names.filter((name) => !trainedRows.has(name))]);
  if (lora === undefined) return new Set(frozen);
  const base = frozenUnderLora(parameters.names);
  for (const name of lora.alsoTrained ?? []) base.delete(name);
  return new Set([...base, ...frozen]);
}

async function startParameters<Batch>(
  setup: TrainingSetup<Batch>,
  options: RunOptions,
  stored: TrainingCheckpoint | null,
  example: Batch,
): Promise<ParameterSet> {
  if (stored !== null) return stored.parameters;
  const { specs } = setup.task.define(example);
  if (options.from !== null) {
    const trained = await readModel(options.from);
    const isResized = isBagOfAnotherWidth(trained.config as EncoderConfig, setup.config as EncoderConfig);
    const grown = growParameters(specs, trained.parameters, setup.recipe.seed, { isResized });
    options.onGrown?.(grown);
    return grown.parameters;
  }
  const parameters = initializeParameters(specs, setup.recipe.seed);
  await setup.prepare(parameters);
  return parameters;
}
