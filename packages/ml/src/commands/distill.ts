import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";
import {
  type BatchPosition,
  type DistillationBatch,
  DistillationBatches,
} from "../data/distillation-batches.ts";
import { type DistillationCorpus, loadDistillationCorpus } from "../data/distillation-corpus.ts";
import { loadHeldOut } from "../data/held-out.ts";
import { readCheckpoint, type TrainingCheckpoint, writeCheckpoint } from "../interchange/checkpoint.ts";
import { distillationTask } from "../models/distillation-task.ts";
import { type EncoderConfig, studentConfig } from "../models/encoder-config.ts";
import { growParameters, initializeParameters } from "../nn/index.ts";
import { warmupLinear } from "../optim/index.ts";
import type { ParameterSet } from "../parameters.ts";
import type { DistillRecipe } from "../recipe.ts";
import { runTrainLoop, type StepReport, Trainer } from "../train/index.ts";

export interface DistillOptions {
  readonly recipe: DistillRecipe;
  readonly recipeName: string;
  readonly dataDir: string;
  readonly tokenizerPath: string;
  /** Folder of checkpoint.safetensors and metrics.jsonl. */
  readonly runDir: string;
  /** Go on from the checkpoint in runDir. */
  readonly resume: boolean;
  /** Checkpoint whose weights the model begins with, where names and shapes fit. */
  readonly from: string | null;
  readonly maxMinutes: number;
  readonly checkpointMinutes: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onReport: (report: StepReport, secondsPerStep: number) => void;
}

/** Distils the teachers into a student by a recipe. Stops at the recipe's steps, the minutes or the signal. */
export async function distill(options: DistillOptions): Promise<{ step: number; end: string }> {
  const { recipe } = options;
  await mkdir(options.runDir, { recursive: true });
  const checkpointPath = join(options.runDir, "checkpoint.safetensors");
  const stored = options.resume ? await readCheckpoint(checkpointPath) : null;
  const tokenizer = readTokenizerJson(await readFile(options.tokenizerPath, "utf8"));
  const corpus = await loadCorpus(options, tokenizer);
  const config = studentConfig({ ...recipe.model, vocabSize: tokenizer.vocabSize });
  const batches = makeBatches(recipe, corpus, tokenizer, stored?.dataPosition as BatchPosition | undefined);
  const task = distillationTask({ ...recipe.loss, config });
  const parameters = await startParameters(
    options,
    corpus,
    config,
    stored,
    task.define(batches.peek()).specs,
  );
  const { peak, warmupSteps, totalSteps, floor } = recipe.learningRate;
  const trainer = new Trainer<DistillationBatch>({
    task,
    parameters,
    optimizer: recipe.optimizer(),
    learningRate: warmupLinear(peak, warmupSteps, totalSteps, floor),
    seed: recipe.seed,
    maxGradientNorm: recipe.maxGradientNorm,
    frozen: new Set(recipe.frozen),
    session: { threads: options.threads },
  });
  if (stored !== null) trainer.restore(stored.trainer);

  const save = (elapsedSeconds: number) =>
    writeCheckpoint(checkpointPath, {
      parameters,
      trainer: trainer.state(),
      dataPosition: batches.position(),
      elapsedSeconds: (stored?.elapsedSeconds ?? 0) + elapsedSeconds,
      config,
      recipe: options.recipeName,
    });
  const log = new MetricsLog(join(options.runDir, "metrics.jsonl"), stored?.elapsedSeconds ?? 0);
  let savedAt = 0;
  let elapsed = 0;
  const end = await runTrainLoop({
    trainer,
    batches: batches.stream(),
    maxSteps: totalSteps,
    maxSeconds: options.maxMinutes * 60,
    signal: options.signal,
    async onStep(report, seconds) {
      const secondsPerStep = seconds - elapsed;
      elapsed = seconds;
      options.onReport(report, secondsPerStep);
      await log.add(report, seconds);
      if (seconds - savedAt < options.checkpointMinutes * 60) return undefined;
      savedAt = seconds;
      await save(seconds);
      return undefined;
    },
  });
  await log.flush();
  await save(elapsed);
  await trainer.release();
  return { step: trainer.step, end };
}

async function loadCorpus(
  options: DistillOptions,
  tokenizer: WordPieceTokenizer,
): Promise<DistillationCorpus> {
  const { shortLength, longLength } = options.recipe.batch;
  return loadDistillationCorpus({
    dataDir: options.dataDir,
    tokenizer,
    guard: await loadHeldOut(options.dataDir),
    maxShortLength: shortLength,
    maxLongLength: longLength,
  });
}

function makeBatches(
  recipe: DistillRecipe,
  corpus: DistillationCorpus,
  tokenizer: WordPieceTokenizer,
  position: BatchPosition | undefined,
): DistillationBatches {
  return new DistillationBatches(
    corpus,
    { ...recipe.batch, padId: tokenizer.special.pad, seed: recipe.seed },
    position,
  );
}

async function startParameters(
  options: DistillOptions,
  corpus: DistillationCorpus,
  config: EncoderConfig,
  stored: TrainingCheckpoint | null,
  specs: Parameters<typeof initializeParameters>[0],
): Promise<ParameterSet> {
  if (stored !== null) return stored.parameters;
  if (options.from !== null) {
    const { parameters } = await readCheckpoint(options.from);
    return growParameters(specs, parameters, options.recipe.seed).parameters;
  }
  const parameters = initializeParameters(specs, options.recipe.seed);
  if (config.pooling === "weighted") setTokenWeights(parameters.get("pooling.tokenWeights").data, corpus);
  return parameters;
}

/** Weights a/(a + p) by token frequency p (Arora et al. 2017, "smooth inverse frequency"), a = 10⁻³, as logarithms. */
function setTokenWeights(logWeights: Float32Array, corpus: DistillationCorpus): void {
  const counts = new Float64Array(logWeights.length);
  for (let i = 0; i < corpus.store.size; i++) {
    for (const id of corpus.store.get(i)) counts[id] = counts[id]! + 1;
  }
  counts.forEach((count, id) => {
    logWeights[id] = -Math.log1p((1000 * count) / corpus.store.totalTokens);
  });
}

/** Means over blocks of steps, one JSON object a line. */
class MetricsLog {
  readonly #path: string;
  readonly #secondsBefore: number;
  #lines: string[] = [];
  #reports: StepReport[] = [];

  constructor(path: string, secondsBefore: number) {
    this.#path = path;
    this.#secondsBefore = secondsBefore;
  }

  async add(report: StepReport, seconds: number): Promise<void> {
    this.#reports.push(report);
    if (this.#reports.length < 20) return;
    const mean = (of: (report: StepReport) => number) =>
      this.#reports.reduce((sum, each) => sum + of(each), 0) / this.#reports.length;
    const metrics = Object.keys(report.metrics).map((name) => [
      name,
      mean((each) => Number(each.metrics[name]![0])),
    ]);
    const line = {
      step: report.step,
      seconds: this.#secondsBefore + seconds,
      loss: mean((each) => each.loss),
      ...Object.fromEntries(metrics),
      learningRate: report.learningRate,
      gradientNorm: mean((each) => each.gradientNorm),
      skipped: this.#reports.filter((each) => each.isSkipped).length,
    };
    this.#reports = [];
    this.#lines.push(JSON.stringify(line));
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    await appendFile(this.#path, `${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }
}
