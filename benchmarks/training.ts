/**
 * A training step (contrastive, 32 pairs of 32 + 128 tokens, no dropout) beside PyTorch with the same model and weights,
 * once written plainly (eager) and once in its fastest forms (sdpa+fused), and beside onnxruntime's MatMul rates: blocks of
 * steps in turn, so that what else the machine does falls on all. Settings: TRAINING_BENCH_SECONDS for each cell and
 * engine (18), TRAINING_BENCH_SIZES ("tiny,small"), TRAINING_BENCH_THREADS ("1,2"), TORCH_PYTHON (a Python that can
 * `import torch`; else python3 is tried), TRAINING_BENCH_SPINNING=0 (our threads sleep between two ops, as they do in a
 * training run on a machine that has other work; by default they wait in a loop, as those of PyTorch and of the MatMul do).
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
import { encodeModel, GraphBuilder, type Value } from "@cool-papers/onnx";
import ort from "onnxruntime-node";
import { quantile } from "./quantile.ts";
import { findTorchPython, type Timing, TORCH_PEERS, TorchPeer, type TorchPeerName } from "./training-peer.ts";

const SECONDS = Number(process.env.TRAINING_BENCH_SECONDS ?? 18);
const SIZES = (process.env.TRAINING_BENCH_SIZES ?? "tiny,small")
  .split(",")
  .filter((name): name is EncoderSize => Object.hasOwn(ENCODER_SIZES, name));
const IS_SPINNING = process.env.TRAINING_BENCH_SPINNING !== "0";
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
  /** Rate of one MatMul of 1024³ alone. */
  readonly ceilingGflops: number;
  /** gflops / ceilingGflops */
  readonly shareOfCeiling: number;
  /** Rate of the step's own matrix products run alone, one after the other, as MatMul and Gemm. */
  readonly productsGflops: number;
  /** gflops / productsGflops */
  readonly shareOfProducts: number;
  readonly torchVersion: string | null;
  /** The plain peer's. */
  readonly torchPairsPerSecond: number | null;
  /** Our pairs a second over those of the plain peer. */
  readonly ratio: number | null;
  readonly peers: readonly PeerCell[];
}

interface PeerCell {
  readonly peer: TorchPeerName;
  readonly stepMsP50: number;
  readonly stepProcessorMsP50: number;
  readonly pairsPerSecond: number;
  /** Our pairs a second over this peer's. */
  readonly ratio: number;
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
      isSpinning: IS_SPINNING,
      torch:
        python === null
          ? "not measured: no Python that can import torch"
          : "ratio: eager as a person writes it, AdamW as it comes; sdpa+fused: PyTorch's fastest forms",
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
  const peers =
    python === null ? [] : await openPeers(python, folder, { config, threads, batch, parameters });
  const trainer = new Trainer({
    task,
    parameters,
    optimizer: new AdamW({ weightDecay: WEIGHT_DECAY }),
    learningRate: constant(LEARNING_RATE),
    seed: SEED,
    maxGradientNorm: null,
    session: { threads, isSpinning: IS_SPINNING },
  });
  const ceiling = await Products.open(threads, singleProduct());
  const products = await Products.open(threads, productsOfLayer(config));
  try {
    const first = await trainer.update([batch]);
    for (const peer of peers) assertSameModel(peer, first.loss, parameterCount(parameters));
    const [ours, single, layer, ...theirs] = await measureInTurn([
      (count) => timed(count, () => trainer.update([batch])),
      (count) => timed(2 * count, () => ceiling.run()),
      (count) => timed(count, () => products.run()),
      ...peers.map((peer) => (count: number) => peer.run(count)),
    ]);
    return cellOf({ size, threads, parameters, config }, ours!, single!, layer!, peers, theirs);
  } finally {
    const opened = [trainer, ceiling, products];
    await Promise.all([...opened.map((each) => each.release()), ...peers.map((peer) => peer.close())]);
  }
}

function cellOf(
  about: {
    readonly size: EncoderSize;
    readonly threads: number;
    readonly parameters: ParameterSet;
    readonly config: EncoderConfig;
  },
  ours: readonly Timing[],
  single: readonly Timing[],
  layer: readonly Timing[],
  peers: readonly TorchPeer[],
  theirs: readonly (readonly Timing[])[],
): Cell {
  const stepMsP50 = median(ours, "wallMs");
  const flops = flopsOfStep(about.config);
  const gflops = flops / (stepMsP50 * 1e6);
  const ceilingGflops = (2 * MATMUL_SIZE ** 3) / (median(single, "wallMs") * 1e6);
  const productsGflops = flops / about.config.numHiddenLayers / (median(layer, "wallMs") * 1e6);
  const peerCells = peers.map((peer, index) => peerCell(peer, theirs[index]!, stepMsP50));
  const plain = peerCells.find(({ peer }) => peer === "eager");
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
    productsGflops,
    shareOfProducts: gflops / productsGflops,
    torchVersion: peers[0]?.version ?? null,
    torchPairsPerSecond: plain?.pairsPerSecond ?? null,
    ratio: plain?.ratio ?? null,
    peers: peerCells,
  };
}

function peerCell({ name }: TorchPeer, timings: readonly Timing[], ourStepMs: number): PeerCell {
  const stepMsP50 = median(timings, "wallMs");
  return {
    peer: name,
    stepMsP50,
    stepProcessorMsP50: median(timings, "processorMs"),
    pairsPerSecond: PAIRS / (stepMsP50 / 1000),
    ratio: stepMsP50 / ourStepMs,
  };
}

function median(timings: readonly Timing[], field: keyof Timing): number {
  return quantile(
    timings.map((timing) => timing[field]),
    0.5,
  );
}

function printCell(cell: Cell): string {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const peers = cell.peers.map(
    ({ peer, pairsPerSecond, stepProcessorMsP50, ratio }) =>
      `PyTorch ${cell.torchVersion} ${peer} ${pairsPerSecond.toFixed(1)} pairs/s, ` +
      `${stepProcessorMsP50.toFixed(0)} ms of processor, ratio ${ratio.toFixed(2)}`,
  );
  return [
    `${cell.size}, ${cell.threads} thread(s): step ${cell.stepMsP50.toFixed(0)} ms, ` +
      `${cell.stepProcessorMsP50.toFixed(0)} ms of processor, ${cell.pairsPerSecond.toFixed(1)} pairs/s, ` +
      `${cell.gflops.toFixed(0)} GFLOP/s: ${percent(cell.shareOfCeiling)} of a MatMul of ${MATMUL_SIZE}³ ` +
      `(${cell.ceilingGflops.toFixed(0)}), ${percent(cell.shareOfProducts)} of its own products alone ` +
      `(${cell.productsGflops.toFixed(0)}); ${cell.steps} steps`,
    ...(peers.length > 0 ? peers : ["PyTorch not measured"]),
  ].join("\n  ");
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

async function openPeers(
  python: string,
  folder: string,
  model: {
    readonly config: EncoderConfig;
    readonly threads: number;
    readonly batch: ContrastiveInput;
    readonly parameters: ParameterSet;
  },
): Promise<TorchPeer[]> {
  const { config, threads, batch, parameters } = model;
  const peers: TorchPeer[] = [];
  for (const name of TORCH_PEERS) {
    const setting = {
      config,
      threads,
      queries: rowsOf(batch.queries),
      documents: rowsOf(batch.documents),
      scale: SCALE,
      learningRate: LEARNING_RATE,
      weightDecay: WEIGHT_DECAY,
    };
    peers.push(await TorchPeer.open(name, python, join(folder, "parameters.bin"), parameters, setting));
  }
  return peers;
}

function assertSameModel(peer: TorchPeer, loss: number, count: number): void {
  if (peer.parameterCount === count && Math.abs(peer.firstLoss - loss) < LOSS_TOLERANCE) return;
  throw new PeerMismatchError(
    `PyTorch ${peer.name} has ${peer.parameterCount} parameters and loss ${peer.firstLoss}, we have ${count} and ${loss}: ` +
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

interface Product {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/** The usual yardstick. Its rows are 4 KiB apart, which caches like least: products of narrower matrices can be faster. */
function singleProduct(): Product[] {
  return [{ a: [MATMUL_SIZE, MATMUL_SIZE], b: [MATMUL_SIZE, MATMUL_SIZE] }];
}

/** All matrix products of one layer, forward and backward: what `flopsOfStep` counts. */
function productsOfLayer({ hiddenSize, intermediateSize, numAttentionHeads }: EncoderConfig): Product[] {
  return [QUERY_LENGTH, DOCUMENT_LENGTH].flatMap((length) => {
    const rows = PAIRS * length;
    const linear = (inSize: number, outSize: number): Product[] => [
      { a: [rows, inSize], b: [inSize, outSize] },
      { a: [rows, outSize], b: [inSize, outSize], transB: true },
      { a: [rows, inSize], b: [rows, outSize], transA: true },
    ];
    const heads = [PAIRS, numAttentionHeads];
    const perHead = [...heads, length, hiddenSize / numAttentionHeads];
    const scores = [...heads, length, length];
    return [
      ...Array.from({ length: 4 }, () => linear(hiddenSize, hiddenSize)).flat(),
      ...linear(hiddenSize, intermediateSize),
      ...linear(intermediateSize, hiddenSize),
      ...[0, 1].map(() => ({ a: perHead, b: perHead, transB: true })),
      ...[0, 1].map(() => ({ a: scores, b: perHead })),
      ...[0, 1].map(() => ({ a: scores, b: perHead, transA: true })),
    ];
  });
}

/** Matrix products and nothing else, one after the other in one graph. */
class Products {
  readonly #session: ort.InferenceSession;
  readonly #feeds: Record<string, ort.Tensor>;

  private constructor(session: ort.InferenceSession, feeds: Record<string, ort.Tensor>) {
    this.#session = session;
    this.#feeds = feeds;
  }

  static async open(threads: number, products: readonly Product[]): Promise<Products> {
    const graph = new GraphBuilder("products");
    const operands = new Map<string, Value>();
    // Equal products must not become one, so every operand is an input of its own.
    const operand = (shape: readonly number[]): Value => {
      const value = graph.input(`x${operands.size}`, "float32", shape);
      operands.set(value.name, value);
      return value;
    };
    products.forEach(({ a, b, transA, transB }, index) => {
      const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0 };
      const inputs = [operand(a), operand(b)];
      const isPlain = !transA && !transB;
      const result = isPlain
        ? graph.op("MatMul", inputs)
        : a.length === 2
          ? graph.op("Gemm", inputs, attributes)
          : graph.op("FusedMatMul", inputs, attributes, { domain: "com.microsoft" });
      // A corner keeps what leaves the runtime small: a copy of the product would be timed with it.
      const axes = a.map((_, axis) => axis);
      const bounds = [axes.map(() => 0), axes.map(() => 1), axes].map((values) => graph.integers(values));
      graph.output(
        `y${index}`,
        graph.op("Slice", [result, ...bounds]),
        axes.map(() => 1),
      );
    });
    const session = await ort.InferenceSession.create(encodeModel(graph.build()), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "basic",
    });
    const feeds = [...operands].map(([name, { shape }]) => [name, filled(shape as number[])] as const);
    return new Products(session, Object.fromEntries(feeds));
  }

  run(): Promise<unknown> {
    return this.#session.run(this.#feeds);
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function filled(shape: readonly number[]): ort.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return new ort.Tensor("float32", new Float32Array(count).fill(0.5), shape);
}
