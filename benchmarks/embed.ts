/**
 * Embedding on real titles and abstracts beside transformers.js on the same ONNX files, both in this thread, call by
 * call in turn, so that what else the machine does falls on both. Then the shipped bundle beside a model of MiniLM's
 * size, and the server: 64 clients, memory over time, the largest request. About five minutes on two quiet cores, and
 * the soak. Needs ../shared/data. Settings: EMBED_BENCH_SECONDS for each cell (2), EMBED_BENCH_SIZES ("tiny,small"),
 * EMBED_BENCH_PAPERS (5,000), EMBED_BENCH_REQUESTS of each client (20), SOAK_MINUTES (0.5).
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openModel } from "@cool-papers/embed";
import { ENCODER_SIZES, type EncoderSize } from "@cool-papers/ml";
import { encodeModel, GraphBuilder, tensorOf } from "@cool-papers/onnx";
import type { WordPieceTokenizer } from "@cool-papers/text";
import ort from "onnxruntime-node";
import {
  architectureOf,
  flopsOfText,
  MAX_TOKENS,
  type PaperText,
  readPapers,
  trainTokenizer,
  writeRandomBundle,
} from "./embed-bundle.ts";
import { type Embed, mean, measureInTurn, type Speed } from "./embed-in-turn.ts";
import { openPeer, writePeerFolder } from "./embed-peer.ts";
import { measureServer } from "./embed-server.ts";
import { measureShipped } from "./embed-shipped.ts";
import { quantile } from "./quantile.ts";

const DATA = join(import.meta.dirname, "../../shared/data");
const SECONDS = Number(process.env.EMBED_BENCH_SECONDS ?? 2);
const SIZES = (process.env.EMBED_BENCH_SIZES ?? "tiny,small")
  .split(",")
  .filter((name): name is EncoderSize => Object.hasOwn(ENCODER_SIZES, name));
const PAPERS = Number(process.env.EMBED_BENCH_PAPERS ?? 5000);
const REQUESTS_EACH = Number(process.env.EMBED_BENCH_REQUESTS ?? 20);
const SOAK_MINUTES = Number(process.env.SOAK_MINUTES ?? 0.5);

const VARIANTS = ["float32", "int8"] as const;
const THREADS = [1, 2];
const BATCHES = [1, 8, 64];
const KINDS = ["title", "abstract"] as const;

type Variant = (typeof VARIANTS)[number];
type Say = (text: string) => void;

interface Cell {
  readonly size: EncoderSize;
  readonly variant: Variant;
  readonly threads: number;
  readonly kind: (typeof KINDS)[number];
  readonly batch: number;
  readonly ours: Speed;
  readonly transformersJs: Speed;
  /** Ours over theirs, texts a second. */
  readonly ratio: number;
  /** Arithmetic of our texts, padding not counted, over what one large MatMul of float32 reaches. */
  readonly shareOfMatMul: number;
  /** Least cosine between our vectors and theirs, over texts that neither cuts. */
  readonly leastCosine: number;
}

export async function run({ json }: { readonly json: boolean }): Promise<object> {
  if (!existsSync(DATA)) return { area: "embed", skipped: "no ../shared/data" };
  const print = json ? console.error : console.log;
  const beganAt = performance.now();
  const say: Say = (text) => print(`${minutesAndSeconds(performance.now() - beganAt)} ${text}`);
  const papers = await readPapers(DATA, PAPERS);
  const tokenizer = trainTokenizer(papers);
  const folder = mkdtempSync(join(tmpdir(), "embed-bench-"));
  try {
    const matMulGflops = await measureMatMul(say);
    const cells: Cell[] = [];
    for (const size of SIZES) {
      const bundleDir = join(folder, size);
      const peerDir = join(folder, `peer-${size}`);
      const random = { id: `random-${size}`, architecture: architectureOf(size), tokenizer, papers };
      await writeRandomBundle(bundleDir, { ...random, maxTokens: MAX_TOKENS });
      writePeerFolder(bundleDir, peerDir, MAX_TOKENS);
      for (const variant of VARIANTS) {
        for (const threads of THREADS) {
          const gflops = matMulGflops[threads]!;
          const setting = { size, variant, threads, bundleDir, peerDir, gflops };
          cells.push(...(await measureCells(setting, papers, tokenizer, say)));
        }
      }
    }
    const shipped = await measureShipped({ papers, folder, seconds: SECONDS, say });
    const bundleDir = join(folder, "server");
    const briefBundleDir = join(folder, "brief");
    const tiny = { id: "random-tiny", architecture: architectureOf("tiny"), tokenizer, papers };
    await writeRandomBundle(bundleDir, { ...tiny, maxTokens: MAX_TOKENS });
    await writeRandomBundle(briefBundleDir, { ...tiny, maxTokens: 16 });
    const server = await measureServer({
      bundleDir,
      briefBundleDir,
      threads: 2,
      papers,
      requestsEach: REQUESTS_EACH,
      soakMinutes: SOAK_MINUTES,
      say,
    });
    return {
      area: "embed",
      secondsPerCell: SECONDS,
      papers: papers.length,
      minutes: (performance.now() - beganAt) / 60_000,
      matMulGflops,
      cells,
      shipped,
      server,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  readonly size: EncoderSize;
  readonly variant: Variant;
  readonly threads: number;
  readonly bundleDir: string;
  readonly peerDir: string;
  readonly gflops: number;
}

async function measureCells(
  { size, variant, threads, bundleDir, peerDir, gflops }: Setting,
  papers: readonly PaperText[],
  tokenizer: WordPieceTokenizer,
  say: Say,
): Promise<Cell[]> {
  const encoder = await openModel({ bundleDir, provider: "cpu", variant, threads });
  const peer = await openPeer(peerDir, variant, threads);
  const embed = async (texts: readonly string[]) => (await encoder.embed(texts)).vectors;
  const cells: Cell[] = [];
  for (const kind of KINDS) {
    const texts = papers.map((paper) => paper[kind]);
    for (const batch of BATCHES) {
      // A text that is cut ends with [SEP] here and without it there: the rest must agree.
      const whole = texts.filter((text) => tokenCount(tokenizer, text) < MAX_TOKENS).slice(0, 16);
      const leastCosine = await compare(embed, peer.embed, whole);
      const [ours, transformersJs] = await measureInTurn([embed, peer.embed], texts, batch, SECONDS);
      const flops = mean(texts.slice(0, 500).map((text) => flopsOfText(size, tokenCount(tokenizer, text))));
      const cell: Cell = {
        size,
        variant,
        threads,
        kind,
        batch,
        ours: ours!,
        transformersJs: transformersJs!,
        ratio: ours!.textsPerS / transformersJs!.textsPerS,
        shareOfMatMul: (ours!.textsPerS * flops) / (gflops * 1e9),
        leastCosine,
      };
      cells.push(cell);
      say(
        `${size} ${variant} threads ${threads} ${kind} × ${batch}: ${ours!.textsPerS.toFixed(0)} texts/s, p50 ` +
          `${ours!.latencyMsP50.toFixed(1)} p95 ${ours!.latencyMsP95.toFixed(1)} ms; transformers.js ` +
          `${transformersJs!.textsPerS.toFixed(0)} texts/s, p50 ${transformersJs!.latencyMsP50.toFixed(1)} p95 ` +
          `${transformersJs!.latencyMsP95.toFixed(1)} ms; cosine ≥ ${leastCosine.toFixed(5)}`,
      );
    }
  }
  await encoder.close();
  await peer.close();
  return cells;
}

/** Also the warm-up of both. */
async function compare(ours: Embed, theirs: Embed, texts: readonly string[]): Promise<number> {
  const [a, b] = [await ours(texts), await theirs(texts)];
  const cosines = a.map((vector, index) =>
    vector.reduce((sum, value, at) => sum + value * b[index]![at]!, 0),
  );
  return Math.min(...cosines);
}

/** What the hardware gives at best: a feed-forward MatMul of the small size, alone. */
async function measureMatMul(say: Say): Promise<Record<number, number>> {
  const [rows, inner, columns] = [1024, 384, 1536];
  const graph = new GraphBuilder("matmul");
  const a = graph.input("a", "float32", [rows, inner]);
  const weight = new Float32Array(inner * columns).fill(0.5);
  const b = graph.initializer("b", tensorOf("float32", [inner, columns], weight));
  // The sum keeps what leaves the runtime small: a copy of the product would be timed with it.
  const product = graph.op("MatMul", [a, b]);
  graph.output("sum", graph.op("ReduceSum", [product, graph.integers([1])], { keepdims: 0 }), [rows]);
  const model = encodeModel(graph.build());
  const feeds = { a: new ort.Tensor("float32", new Float32Array(rows * inner).fill(0.5), [rows, inner]) };
  const gflops: Record<number, number> = {};
  for (const threads of THREADS) {
    const session = await ort.InferenceSession.create(model, { intraOpNumThreads: threads });
    const times: number[] = [];
    const until = performance.now() + SECONDS * 1000;
    while (times.length < 5 || performance.now() < until) {
      const startedAt = performance.now();
      await session.run(feeds);
      times.push(performance.now() - startedAt);
    }
    await session.release();
    gflops[threads] = (2 * rows * inner * columns) / (quantile(times, 0.5) * 1e6);
    say(`MatMul ceiling, ${threads} thread(s): ${gflops[threads].toFixed(0)} GFLOP/s`);
  }
  return gflops;
}

function tokenCount(tokenizer: WordPieceTokenizer, text: string): number {
  return tokenizer.encode(text, { maxLength: MAX_TOKENS }).ids.length;
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
