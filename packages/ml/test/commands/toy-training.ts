/** A small training run for tests: two layers with dropout, distilling random vectors. Run directly it reports each step. */
import { pathToFileURL } from "node:url";
import { runTraining } from "../../src/commands/run-training.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { type CyclePosition, ShuffledCycle } from "../../src/data/shuffled-cycle.ts";
import { packBlock } from "../../src/data/token-store.ts";
import { type DistillationInput, distillationTask, studentConfig } from "../../src/models/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import type { Recipe } from "../../src/recipe.ts";

export const TOY_STEPS = 24;
const TEXTS = 24;

const config = studentConfig({
  vocabSize: 40,
  hiddenSize: 16,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
});
const loss = { headWeightM: 1, headWeightE: 1, similarityScale: 20, teacherShareM: 0.5 };

const recipe: Recipe = {
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

class ToyBatches {
  readonly #cycle: ShuffledCycle;

  constructor(position: unknown) {
    this.#cycle = new ShuffledCycle(TEXTS, 1, position as CyclePosition | undefined);
  }

  next(): DistillationInput {
    const texts = Array.from({ length: 8 }, () => this.#cycle.next());
    const unit = (text: number, shift: number) => {
      const random = new SeededRandom(text * 2 + shift);
      const vector = Float32Array.from({ length: 192 }, () => random.next() - 0.5);
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    };
    const rows = texts.map((text) =>
      Int32Array.from({ length: 3 + (text % 4) }, (_, k) => (text * 5 + k * 3) % 40),
    );
    const flat = (shift: number) => Float32Array.from(texts.flatMap((text) => [...unit(text, shift)]));
    const empty = packBlock([], 0, 0);
    return {
      short: packBlock(rows, 6, 0),
      long: empty,
      m: flat(0),
      mMask: new Float32Array(8).fill(1),
      e: flat(1),
    };
  }

  position(): CyclePosition {
    return this.#cycle.position();
  }
}

export interface ToyOptions {
  readonly runDir: string;
  readonly resume: boolean;
  readonly stopAtStep?: number;
  readonly onStep?: (step: number) => void;
}

export async function runToyTraining({ runDir, resume, stopAtStep, onStep }: ToyOptions): Promise<void> {
  const stop = new AbortController();
  await runTraining(
    {
      recipe,
      config,
      task: distillationTask({ ...loss, config }),
      openBatches: (position) => new ToyBatches(position),
      prepare: () => {},
    },
    {
      recipeName: "toy",
      runDir,
      resume,
      from: null,
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
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runToyTraining({
    runDir: process.argv[2]!,
    resume: false,
    onStep: (step) => process.stdout.write(`step ${step}\n`),
  });
}
