/**
 * A training step (contrastive, 32 pairs of 32 + 128 tokens, no dropout) beside PyTorch eager with the same model and
 * weights, and beside the largest MatMul rate of onnxruntime: blocks of steps in turn, so that what else the machine
 * does falls on all. Settings: TRAINING_BENCH_SECONDS for each cell and engine (30), TRAINING_BENCH_SIZES ("tiny,small"),
 * TRAINING_BENCH_THREADS ("1,2"), TORCH_PYTHON (a Python that can `import torch`; else python3 is tried).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AdamW,
  type ContrastiveInput,
  constant,
  contrastiveObjective,
  ENCODER_SIZES,
  type EncoderSize,
  encoderConfig,
  initializeParameters,
  type ParameterSet,
  POOLED,
  parameterCount,
  type TokenRows,
  Trainer,
  taskOf,
} from "@cool-papers/ml";
import { encodeModel, GraphBuilder, tensorOf } from "@cool-papers/onnx";
import ort from "onnxruntime-node";
import { quantile } from "./quantile.ts";
import { findTorchPython, type Timing, TorchPeer } from "./training-peer.ts";

const SECONDS = Number(process.env.TRAINING_BENCH_SECONDS ?? 30);
const SIZES = (process.env.TRAINING_BENCH_SIZES ?? "tiny,small")
  .split(",")
  .filter((name): name is EncoderSize => Object.hasOwn(ENCODER_SIZES, name));
const THREADS = (process.env.TRAINING_BENCH_THREADS ?? "1,2").split(",").map(Number);

const PAIRS = 32;
const QUERY_LENGTH = 32;
const DOCUMENT_LENGTH = 128;
const VOCAB_SIZE = 24_000;
const SCALE = 20;
const LEARNING_RATE = 1e-4;
const WEIGHT_DECAY = 0.01;
const SEED = 1;
const MATMUL_SIZE = 1024;
/** Largest difference of the first losses at which both count as the same model. */
const LOSS_TOLERANCE = 1e-3;

type Say = (text: string) => void;
type EncoderConfig = ReturnType<typeof encoderConfig>;

interface Cell {
  readonly size: EncoderSize;
  readonly threads: number;
  readonly parameters: number;
  readonly steps: number;
  readonly stepMsP50: number;
  /** Of all threads of the process: on a busy machine it tells more than the clock. */
  readonly stepProcessorMsP50: number;
  readonly pairsPerSecond: number;
  /** Arithmetic of `flopsOfStep` over the median time of a whole step, update included. */
  readonly gflops: number;
  readonly ceilingGflops: number;
  readonly shareOfCeiling: number;
  readonly torchVersion: string | null;
  readonly torchStepMsP50: number | null;
  readonly torchStepProcessorMsP50: number | null;
  readonly torchPairsPerSecond: number | null;
  /** Our pairs a second over PyTorch's. */
  readonly ratio: number | null;
}

/** The two engines do not compute the same function: a comparison of their speed would mean nothing. */
class PeerMismatchError extends Error {
  override readonly name = "PeerMismatchError";
}

export async function run({ json }: { readonly json: boolean }): Promise<object> {
  const say: Say = json ? console.error : console.log;
  const python = await findTorchPython();
  if (python === null) say("PyTorch left out: neither TORCH_PYTHON nor python3 can import torch.");
  const folder = mkdtempSync(join(tmpdir(), "training-bench-"));
  try {
    const cells: Cell[] = [];
    for (const size of SIZES) {
      for (const threads of THREADS) {
        const cell = await measureCell({ size, threads, python, folder });
        cells.push(cell);
        say(printCell(cell));
      }
    }
    return {
      area: "training",
      pairs: PAIRS,
      queryLength: QUERY_LENGTH,
      documentLength: DOCUMENT_LENGTH,
      vocabSize: VOCAB_SIZE,
      secondsPerEngine: SECONDS,
      torch: python === null ? "not measured: no Python that can import torch" : "eager, AdamW fused",
      cells,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  readonly size: EncoderSize;
  readonly threads: number;
  readonly python: string | null;
  /** Scratch. */
  readonly folder: string;
}

async function measureCell({ size, threads, python, folder }: Setting): Promise<Cell> {
  const config = encoderConfig({
    ...ENCODER_SIZES[size],
    vocabSize: VOCAB_SIZE,
    typeVocabSize: 0,
    pooling: "mean",
    hiddenDropout: 0,
    attentionDropout: 0,
    isGeluApproximate: true,
  });
  const batch = randomBatch();
  const task = taskOf(contrastiveObjective({ config, source: POOLED, scale: SCALE, isSymmetric: true }));
  const parameters = initializeParameters(task.define(batch).specs, SEED);
  const peer =
    python === null ? null : await openPeer(python, folder, { config, threads, batch, parameters });
  const trainer = new Trainer({
    task,
    parameters,
    optimizer: new AdamW({ weightDecay: WEIGHT_DECAY }),
    learningRate: constant(LEARNING_RATE),
    seed: SEED,
    maxGradientNorm: null,
    session: { threads },
  });
  const ceiling = await MatMulCeiling.open(threads);
  try {
    const first = await trainer.update([batch]);
    if (peer) assertSameModel(peer, first.loss, parameterCount(parameters));
    const step = () => trainer.update([batch]);
    const [ours, theirs, products] = await measureInTurn([
      (count) => timed(count, step),
      (count) => peer?.run(count) ?? Promise.resolve([]),
      (count) => timed(4 * count, () => ceiling.run()),
    ]);
    return cellOf(
      { size, threads, parameters, config, version: peer?.version ?? null },
      ours!,
      theirs!,
      products!,
    );
  } finally {
    await Promise.all([trainer.release(), ceiling.release(), peer?.close()]);
  }
}

function cellOf(
  about: {
    readonly size: EncoderSize;
    readonly threads: number;
    readonly parameters: ParameterSet;
    readonly config: EncoderConfig;
    readonly version: string | null;
  },
  ours: readonly Timing[],
  theirs: readonly Timing[],
  products: readonly Timing[],
): Cell {
  const stepMsP50 = median(ours, "wallMs");
  const torchStepMsP50 = theirs.length === 0 ? null : median(theirs, "wallMs");
  const gflops = flopsOfStep(about.config) / (stepMsP50 * 1e6);
  const ceilingGflops = (2 * MATMUL_SIZE ** 3) / (median(products, "wallMs") * 1e6);
  return {
    size: about.size,
    threads: about.threads,
    parameters: parameterCount(about.parameters),
    steps: ours.length,
    stepMsP50,
    stepProcessorMsP50: median(ours, "processorMs"),
    pairsPerSecond: PAIRS / (stepMsP50 / 1000),
    gflops,
    ceilingGflops,
    shareOfCeiling: gflops / ceilingGflops,
    torchVersion: about.version,
    torchStepMsP50,
    torchStepProcessorMsP50: theirs.length === 0 ? null : median(theirs, "processorMs"),
    torchPairsPerSecond: torchStepMsP50 === null ? null : PAIRS / (torchStepMsP50 / 1000),
    ratio: torchStepMsP50 === null ? null : torchStepMsP50 / stepMsP50,
  };
}

function median(timings: readonly Timing[], field: keyof Timing): number {
  return quantile(
    timings.map((timing) => timing[field]),
    0.5,
  );
}

function printCell(cell: Cell): string {
  const torch =
    cell.torchPairsPerSecond === null
      ? "PyTorch not measured"
      : `PyTorch ${cell.torchVersion} ${cell.torchPairsPerSecond.toFixed(1)} pairs/s, ` +
        `${cell.torchStepProcessorMsP50!.toFixed(0)} ms of processor, ratio ${cell.ratio!.toFixed(2)}`;
  return (
    `${cell.size}, ${cell.threads} thread(s): step ${cell.stepMsP50.toFixed(0)} ms, ` +
    `${cell.stepProcessorMsP50.toFixed(0)} ms of processor, ${cell.pairsPerSecond.toFixed(1)} pairs/s, ${cell.gflops.toFixed(0)} of ${cell.ceilingGflops.toFixed(0)} GFLOP/s ` +
    `(${(100 * cell.shareOfCeiling).toFixed(0)} %); ${torch} (${cell.steps} steps)`
  );
}

/**
 * Multiplications and additions of one step: a text of n tokens costs 12 n H² + 2 n² H multiplications a layer (four
 * projections, two halves of the feed-forward part; scores and mixture), as many additions, and the backward pass twice
 * the forward pass. Norms, GELU, softmax, rotation, tables, the loss and the update are left out.
 */
export function flopsOfStep({ numHiddenLayers, hiddenSize, intermediateSize }: EncoderConfig): number {
  const forward = [QUERY_LENGTH, DOCUMENT_LENGTH].map((n) => {
    const projections = 4 * hiddenSize ** 2 + 2 * hiddenSize * intermediateSize;
    return 2 * (n * projections + 2 * n ** 2 * hiddenSize);
  });
  return 3 * PAIRS * numHiddenLayers * (forward[0]! + forward[1]!);
}

/** One block of every engine in turn until each had its seconds; at least two rounds. */
async function measureInTurn(
  engines: readonly ((count: number) => Promise<readonly Timing[]>)[],
): Promise<Timing[][]> {
  const blockSize = 2;
  for (const engine of engines) await engine(1);
  const times: Timing[][] = engines.map(() => []);
  const until = performance.now() + SECONDS * 1000 * engines.length;
  for (let round = 0; round < 2 || performance.now() < until; round++) {
    for (const [index, engine] of engines.entries()) times[index]!.push(...(await engine(blockSize)));
  }
  return times;
}

async function timed(count: number, work: () => Promise<unknown>): Promise<Timing[]> {
  const times: Timing[] = [];
  for (let k = 0; k < count; k++) {
    const [startedAt, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push({ wallMs: performance.now() - startedAt, processorMs: (user + system) / 1000 });
  }
  return times;
}

async function openPeer(
  python: string,
  folder: string,
  model: {
    readonly config: EncoderConfig;
    readonly threads: number;
    readonly batch: ContrastiveInput;
    readonly parameters: ParameterSet;
  },
): Promise<TorchPeer> {
  const { config, threads, batch, parameters } = model;
  return TorchPeer.open(python, join(folder, "parameters.bin"), parameters, {
    config,
    threads,
    queries: rowsOf(batch.queries),
    documents: rowsOf(batch.documents),
    scale: SCALE,
    learningRate: LEARNING_RATE,
    weightDecay: WEIGHT_DECAY,
  });
}

function assertSameModel(peer: TorchPeer, loss: number, count: number): void {
  if (peer.parameterCount === count && Math.abs(peer.firstLoss - loss) < LOSS_TOLERANCE) return;
  throw new PeerMismatchError(
    `PyTorch has ${peer.parameterCount} parameters and loss ${peer.firstLoss}, we have ${count} and ${loss}: ` +
      "training_torch.py computes another model.",
  );
}

/** Full rows of random tokens: every position is computed by both engines. */
function randomBatch(): ContrastiveInput {
  let state = SEED;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
  const rows = (count: number, length: number): TokenRows => ({
    rows: count,
    length,
    ids: Int32Array.from({ length: count * length }, () => next() % VOCAB_SIZE),
    lengths: new Int32Array(count).fill(length),
  });
  return {
    queries: rows(PAIRS, QUERY_LENGTH),
    documents: rows(PAIRS, DOCUMENT_LENGTH),
    negatives: rows(0, DOCUMENT_LENGTH),
  };
}

function rowsOf({ ids, rows, length }: TokenRows): number[][] {
  return Array.from({ length: rows }, (_, row) => [...ids.subarray(row * length, (row + 1) * length)]);
}

/** The rate of one large product alone, the most that a step could reach. */
class MatMulCeiling {
  readonly #session: ort.InferenceSession;
  readonly #feeds: Record<string, ort.Tensor>;

  private constructor(session: ort.InferenceSession, feeds: Record<string, ort.Tensor>) {
    this.#session = session;
    this.#feeds = feeds;
  }

  static async open(threads: number): Promise<MatMulCeiling> {
    const size = MATMUL_SIZE;
    const graph = new GraphBuilder("matmul");
    const a = graph.input("a", "float32", [size, size]);
    const values = new Float32Array(size * size).fill(0.5);
    const b = graph.initializer("b", tensorOf("float32", [size, size], values));
    // The sum keeps what leaves the runtime small: a copy of the product would be timed with it.
    const sum = graph.op("ReduceSum", [graph.op("MatMul", [a, b]), graph.integers([1])], { keepdims: 0 });
    graph.output("sum", sum, [size]);
    const session = await ort.InferenceSession.create(encodeModel(graph.build()), {
      intraOpNumThreads: threads,
    });
    return new MatMulCeiling(session, { a: new ort.Tensor("float32", values, [size, size]) });
  }

  run(): Promise<unknown> {
    return this.#session.run(this.#feeds);
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
