/** One cell of attention-cost: runs as a process, prints its cost as JSON. */
import { SeededRandom } from "../data/seeded-random.ts";
import { EncoderRunner, exportEncoder } from "../export/index.ts";
import { input } from "../graph/index.ts";
import { encode, encoderConfig } from "../models/index.ts";
import { ForwardContext, initializeParameters, recurrentAttention } from "../nn/index.ts";

export type AttentionForm = "softmax" | "linear" | "recurrent";

export interface AttentionCell {
  readonly form: AttentionForm;
  readonly length: number;
  readonly hiddenSize: number;
  readonly numAttentionHeads: number;
  readonly threads: number;
  readonly repeats: number;
}

export interface AttentionCellCost {
  /** median of one forward pass */
  readonly ms: number;
  /** growth of the process while it ran, its largest extent less that before the first pass */
  readonly bytes: number;
}

const VOCAB_SIZE = 64;
const RECURRENT_QUERIES = 32;

/** Measures one form at one length. */
export async function measureAttentionCell(cell: AttentionCell): Promise<AttentionCellCost> {
  const { run, release, factor } =
    cell.form === "recurrent" ? recurrentRun(cell) : await layerRun(cell, cell.form === "linear");
  const before = process.memoryUsage.rss();
  const times: number[] = [];
  for (let k = 0; k <= cell.repeats; k++) {
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
  }
  // The first pass allocates.
  const sorted = times.slice(1).sort((a, b) => a - b);
  const bytes = Math.max(0, process.resourceUsage().maxRSS * 1024 - before);
  await release();
  return { ms: factor * sorted[Math.floor(sorted.length / 2)]!, bytes };
}

interface Run {
  readonly run: () => unknown;
  readonly release: () => Promise<void>;
  /** of the time measured in the time meant */
  readonly factor: number;
}

async function layerRun(cell: AttentionCell, hasLinearAttention: boolean): Promise<Run> {
  const { length, hiddenSize, numAttentionHeads, threads } = cell;
  const config = encoderConfig({
    vocabSize: VOCAB_SIZE,
    hiddenSize,
    numAttentionHeads,
    numHiddenLayers: 1,
    typeVocabSize: 0,
    pooling: "mean",
    isGeluApproximate: true,
    hasLinearAttention,
  });
  const context = new ForwardContext(false);
  encode(context, config, {
    tokenIds: input("ids", "int", [1, length]),
    mask: input("mask", "float", [1, length]),
  });
  const model = exportEncoder(config, initializeParameters(context.specs(), 1));
  const runner = await EncoderRunner.create(model, { threads });
  const text = Int32Array.from({ length }, (_, k) => k % VOCAB_SIZE);
  return { run: () => runner.embed([text]), release: () => runner.release(), factor: 1 };
}

/** All queries of all heads would take the same time each: a few of one head stand for them. */
function recurrentRun({ length, hiddenSize, numAttentionHeads }: AttentionCell): Run {
  const headDim = hiddenSize / numAttentionHeads;
  const random = new SeededRandom(1);
  const vector = () => Float32Array.from({ length: headDim }, () => random.next() - 0.5);
  const tokens = Array.from({ length }, () => ({ key: vector(), value: vector() }));
  const queries = Array.from({ length: Math.min(length, RECURRENT_QUERIES) }, vector);
  return {
    run: () => queries.map((query) => recurrentAttention(query, tokens)),
    release: async () => {},
    factor: (length * numAttentionHeads) / queries.length,
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await measureAttentionCell(JSON.parse(process.argv[2]!) as AttentionCell)));
}
