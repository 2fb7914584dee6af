/** A small training run for tests: two layers with dropout, distilling random vectors. Run directly it reports each step. */
import { pathToFileURL } from "node:url";
import { type RunResult, runTraining } from "../../src/commands/run-training.ts";
import type { BatchStream } from "../../src/data/batch-source.ts";
import { Prefetch } from "../../src/data/prefetch.ts";
import { type DistillationInput, distillationObjective, studentConfig } from "../../src/models/index.ts";
import { adapterOf } from "../../src/nn/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import type { Recipe } from "../../src/recipe.ts";
import { combinedTask } from "../../src/train/index.ts";
import { openBatches, type ToyRequest } from "./toy-batches.ts";

export const TOY_STEPS = 24;

const config = studentConfig({
  vocabSize: 40,
  hiddenSize: 16,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
});
const loss = { headWeightM: 1, headWeightE: 1, similarityScale: 20, teacherShareM: 0.5 };

const toyRecipe: Recipe = {
  verb: "distill",
  description: "test",
  model: {},
  parts: {},
  optimizer: () => new AdamW(),
  learningRate: { peak: 5e-3, warmupSteps: 5, totalSteps: TOY_STEPS, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 7,
};

export interface ToyOptions {
  readonly runDir: string;
  readonly resume: boolean;
  readonly stopAtStep?: number;
  readonly onStep?: (step: number) => void;
  /** What differs from the toy's recipe. */
  readonly recipe?: Partial<Recipe>;
  readonly request?: ToyRequest;
  /** Model to begin with. */
  readonly from?: string;
  /** Make batches in this thread. */
  readonly isDirect?: boolean;
}

export async function runToyTraining(options: ToyOptions): Promise<RunResult> {
  const { runDir, resume, stopAtStep, onStep, request = {} } = options;
  const recipe = { ...toyRecipe, ...options.recipe };
  const { lora } = recipe;
  const stop = new AbortController();
  const data = new Prefetch<DistillationInput>({
    module: new URL("./toy-batches.ts", import.meta.url).href,
    request,
  });
  const openDirectly = await openBatches({});
  try {
    return await runTraining<Record<string, unknown>>(
      {
        recipe,
        config: lora === undefined ? config : { ...config, lora },
        task: combinedTask(
          { distil: { objective: distillationObjective({ ...loss, config }), weight: 1 } },
          lora && adapterOf(lora),
        ),
        trainedRows: null,
        openBatches: (position) => named(options.isDirect ? openDirectly(position) : data.open(position)),
        prepare: async () => {},
      },
      {
        recipeName: "toy",
        runDir,
        resume,
        from: options.from ?? null,
        maxMinutes: 10,
        checkpointMinutes: 0,
        threads: 1,
        signal: stop.signal,
        onReport({ step }) {
          onStep?.(step);
          if (step === stopAtStep) stop.abort();
        },
      },
    );
  } finally {
    await data.stop();
  }
}

/** Batches as the only part of a recipe. */
function named(batches: BatchStream<DistillationInput>): BatchStream<Record<string, unknown>> {
  return { next: async () => ({ distil: await batches.next() }), position: () => batches.position() };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runToyTraining({
    runDir: process.argv[2]!,
    resume: false,
    onStep: (step) => process.stdout.write(`step ${step}\n`),
  });
}
