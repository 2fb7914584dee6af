/**
 * A training step of a bag of embeddings on large batches: the tokens of each text counted and multiplied with the whole
 * table (`poolCounts`), beside every token looked up (`encode`), in turn and on the same batch. Settings:
 * BAG_BENCH_PAIRS (2048), BAG_BENCH_WIDTHS ("256,384"), BAG_BENCH_ROUNDS (3).
 */
import {
  AdamW,
  type ContrastiveInput,
  constant,
  contrastiveObjective,
  EMBEDDING_NORM_PARAMETERS,
  embeddingOf,
  encodeRows,
  infoNce,
  initializeParameters,
  type Objective,
  POOLED,
  rowFeeds,
  studentConfig,
  type TokenRows,
  Trainer,
  taskOf,
} from "@cool-papers/ml";
import { quantile } from "./quantile.ts";

const PAIRS = Number(process.env.BAG_BENCH_PAIRS ?? 2048);
const WIDTHS = (process.env.BAG_BENCH_WIDTHS ?? "256,384").split(",").map(Number);
const ROUNDS = Number(process.env.BAG_BENCH_ROUNDS ?? 3);
const QUERY_LENGTH = 48;
const DOCUMENT_LENGTH = 208;
const VOCAB_SIZE = 24_000;
const SCALE = 25;
const SEED = 1;
/** Largest difference of the losses after the same steps at which both count as the same function. */
const LOSS_TOLERANCE = 1e-3;

interface Cell {
  readonly width: number;
  readonly countedMsP50: number;
  readonly lookedUpMsP50: number;
  /** Time of looking up over that of counting. */
  readonly ratio: number;
}

export async function run({ json }: { readonly json: boolean }): Promise<object> {
  const say = json ? console.error : console.log;
  const cells: Cell[] = [];
  for (const width of WIDTHS) {
    const cell = await measure(width);
    cells.push(cell);
    say(
      `width ${width}, ${PAIRS} pairs: ${cell.countedMsP50.toFixed(0)} ms counted, ` +
        `${cell.lookedUpMsP50.toFixed(0)} ms looked up, ratio ${cell.ratio.toFixed(2)}`,
    );
  }
  return {
    area: "bag",
    pairs: PAIRS,
    queryLength: QUERY_LENGTH,
    documentLength: DOCUMENT_LENGTH,
    rounds: ROUNDS,
    cells,
  };
}

async function measure(width: number): Promise<Cell> {
  const config = studentConfig({ vocabSize: VOCAB_SIZE, hiddenSize: width, initializerStd: 0.05 });
  const batch = randomBatch();
  const options = { config, source: POOLED, scale: SCALE, isSymmetric: false };
  const counted = trainerOf(contrastiveObjective(options), batch);
  const lookedUp = trainerOf(lookedUpObjective(config), batch);
  const times: Record<"counted" | "lookedUp", number[]> = { counted: [], lookedUp: [] };
  try {
    // The first round compiles.
    for (let round = 0; round <= ROUNDS; round++) {
      const [a, b] = [await timedStep(counted, batch), await timedStep(lookedUp, batch)];
      if (Math.abs(a.loss - b.loss) > LOSS_TOLERANCE)
        throw new Error(`The two forms do not agree at width ${width}: losses ${a.loss} and ${b.loss}.`);
      if (round === 0) continue;
      times.counted.push(a.ms);
      times.lookedUp.push(b.ms);
    }
  } finally {
    await Promise.all([counted.release(), lookedUp.release()]);
  }
  const [countedMsP50, lookedUpMsP50] = [quantile(times.counted, 0.5), quantile(times.lookedUp, 0.5)];
  return { width, countedMsP50, lookedUpMsP50, ratio: lookedUpMsP50 / countedMsP50 };
}

/** The same loss over `encode`. */
function lookedUpObjective(config: ReturnType<typeof studentConfig>): Objective<ContrastiveInput> {
  return {
    size: ({ queries }) => queries.rows,
    shapeKey: () => "one shape",
    feeds: ({ queries, documents }) => ({
      ...rowFeeds("queries", queries),
      ...rowFeeds("documents", documents),
    }),
    define(context, makeInput, { queries, documents }) {
      const [q, d] = Object.entries({ queries, documents }).map(([name, rows]) =>
        embeddingOf(context, encodeRows(context, config, makeInput, name, rows).pooled, POOLED),
      );
      return { loss: infoNce(q!, d!, SCALE), metrics: {} };
    },
  };
}

function trainerOf(
  objective: Objective<ContrastiveInput>,
  batch: ContrastiveInput,
): Trainer<ContrastiveInput> {
  const task = taskOf(objective);
  return new Trainer({
    task,
    parameters: initializeParameters(task.define(batch).specs, SEED),
    optimizer: new AdamW({ weightDecay: 0 }),
    learningRate: constant(1e-4),
    seed: SEED,
    maxGradientNorm: null,
    frozen: EMBEDDING_NORM_PARAMETERS,
  });
}

async function timedStep(trainer: Trainer<ContrastiveInput>, batch: ContrastiveInput) {
  const startedAt = performance.now();
  const { loss } = await trainer.update([batch]);
  return { loss, ms: performance.now() - startedAt };
}

/** Texts of 60 to 100 % of the length, small ids more often than large ones as in real text. */
function randomBatch(): ContrastiveInput {
  let state = SEED;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const rows = (count: number, length: number): TokenRows => ({
    rows: count,
    length,
    ids: Int32Array.from({ length: count * length }, () => Math.floor(VOCAB_SIZE * next() ** 3)),
    lengths: Int32Array.from({ length: count }, () => Math.ceil(length * (0.6 + 0.4 * next()))),
  });
  return {
    queries: rows(PAIRS, QUERY_LENGTH),
    documents: rows(PAIRS, DOCUMENT_LENGTH),
    negatives: rows(0, DOCUMENT_LENGTH),
  };
}
