/** Runs a model bundle for evaluation: a plain session, no batching across calls, no server. */
import { type Bundle, type BundleVariant, readBundle } from "@cool-papers/onnx";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type Encoder, normalized } from "./encoder.ts";

export interface BundleEncoderOptions {
  /** Default int8, what ships. */
  readonly variant?: BundleVariant;
  /** Default 2. */
  readonly threads?: number;
  /** Longest text in tokens; default: the bundle's. */
  readonly maxTokens?: number;
}

/** An encoder that owns a session. */
export interface OwnedEncoder extends Encoder {
  readonly bundle: Bundle;
  release(): Promise<void>;
}

/** @throws BundleError when the folder holds no such model */
export async function openBundleEncoder(
  folder: string,
  options: BundleEncoderOptions = {},
): Promise<OwnedEncoder> {
  const { variant = "int8", threads = 2 } = options;
  const bundle = await readBundle(folder);
  const tokenizer = readTokenizerJson(bundle.tokenizerJson);
  const open = async (reads: "query" | "document"): Promise<InferenceSession> =>
    InferenceSession.create(await bundle.modelFile(variant, reads), {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  const document = await open("document");
  const query = bundle.config.queryVariants ? await open("query") : document;
  const sessions = { query, document };
  const maxLength = options.maxTokens ?? bundle.config.maxTokens;
  return {
    name: `${bundle.config.id} (${variant})`,
    bundle,
    embed: (texts, kind) => {
      const prefix = bundle.config.prefixes[kind];
      const tokens = texts.map((text) => tokenizer.encode(prefix + text, { maxLength }).ids);
      return embedTokens(sessions[kind], bundle, tokenizer, tokens);
    },
    release: async () => {
      await document.release();
      if (query !== document) await query.release();
    },
  };
}

const MAX_BATCH_TOKENS = 8192;

/** Batches of similar length; the result is in the order given. */
async function embedTokens(
  session: InferenceSession,
  bundle: Bundle,
  tokenizer: WordPieceTokenizer,
  texts: readonly Int32Array[],
): Promise<Float32Array[]> {
  const order = [...texts.keys()].sort((a, b) => texts[a]!.length - texts[b]!.length || a - b);
  const vectors = new Array<Float32Array>(texts.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && (end + 1 - start) * texts[order[end]!]!.length <= MAX_BATCH_TOKENS) end++;
    const batch = order.slice(start, end);
    const pooled = await runBatch(
      session,
      bundle,
      tokenizer,
      batch.map((i) => texts[i]!),
    );
    batch.forEach((i, row) => {
      vectors[i] = pooled[row]!;
    });
    start = end;
  }
  return vectors;
}

async function runBatch(
  session: InferenceSession,
  bundle: Bundle,
  tokenizer: WordPieceTokenizer,
  texts: readonly Int32Array[],
): Promise<Float32Array[]> {
  const length = Math.max(...texts.map((text) => text.length));
  const ids = new BigInt64Array(texts.length * length).fill(BigInt(tokenizer.special.pad));
  const mask = new BigInt64Array(texts.length * length);
  texts.forEach((text, row) => {
    text.forEach((id, k) => {
      ids[row * length + k] = BigInt(id);
      mask[row * length + k] = 1n;
    });
  });
  const shape = [texts.length, length];
  const feeds: Record<string, Tensor> = {
    input_ids: new Tensor("int64", ids, shape),
    attention_mask: new Tensor("int64", mask, shape),
  };
  if (session.inputNames.includes("token_type_ids")) {
    feeds.token_type_ids = new Tensor("int64", new BigInt64Array(ids.length), shape);
  }
  const outputs = await session.run(feeds);
  const output = outputs[session.outputNames[0]!]!;
  const data = output.data as Float32Array;
  const { pooling, dimension } = bundle.config;
  return texts.map((text, row) => {
    if (pooling === "none") return normalized(data.subarray(row * dimension, (row + 1) * dimension));
    const states = data.subarray(row * length * dimension, (row + 1) * length * dimension);
    return normalized(pooledStates(states, pooling === "cls" ? 1 : text.length, dimension));
  });
}

/** Mean of the first `count` states. */
function pooledStates(states: Float32Array, count: number, dimension: number): Float32Array {
  const mean = new Float32Array(dimension);
  for (let i = 0; i < count * dimension; i++) mean[i % dimension] = mean[i % dimension]! + states[i]! / count;
  return mean;
}
