import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import ort, { type InferenceSession } from "onnxruntime-node";
import type { ExecutionProvider } from "../encoder.ts";
import type { BatchRunner } from "./local-encoder.ts";
import { meanPool } from "./vectors.ts";

export interface SessionOptions {
  readonly provider: ExecutionProvider;
  /** Threads within one run on the CPU; null: one for each core. */
  readonly threads: number | null;
  readonly deviceId: number;
}

/**
 * Providers whose code is on this machine: those inside onnxruntime-node, and those that load a library of their own
 * where it lies beside it. Trying one without its library costs a page of the runtime's complaints on the terminal.
 */
export function installedProviders(): string[] {
  return ort
    .listSupportedBackends()
    .filter(({ name, bundled }) => bundled || hasLibrary(name))
    .map(({ name }) => name);
}

function hasLibrary(provider: string): boolean {
  const bin = join(dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")), "bin");
  const files = [`libonnxruntime_providers_${provider}.so`, `onnxruntime_providers_${provider}.dll`];
  return readdirSync(bin).some((api) =>
    files.some((file) => existsSync(join(bin, api, process.platform, process.arch, file))),
  );
}

/** Providers that take a device number; the others refuse to load when they are given one. */
const NUMBERED_DEVICES: readonly ExecutionProvider[] = ["cuda", "tensorrt", "dml"];

/** Loads a model file. Rejects with the runtime's own message when it cannot. */
export async function openSession(modelFile: string, options: SessionOptions): Promise<InferenceSession> {
  const { provider, deviceId } = options;
  return ort.InferenceSession.create(modelFile, {
    executionProviders: [
      (NUMBERED_DEVICES.includes(provider) ? { name: provider, deviceId } : provider) as never,
    ],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // One arena a session keeps its largest batch for ever; texts of all lengths pass here.
    enableCpuMemArena: false,
    logSeverityLevel: 3,
    // Threads that wait for the next operator sleep instead of spinning: beside other work (the server's own thread, the
    // site) a spinning one takes the processor from the one it waits for. docs/embedding-api.md has the figures.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}

export interface PoolingSpec {
  readonly pooling: "mean" | "cls" | "none";
  /** Numbers in a pooled vector; of one that the graph pooled it says itself. */
  readonly dimension: number;
  /** Id that fills up short texts. */
  readonly padId: number;
}

/**
 * Runs a bundle's model: inputs `input_ids` and `attention_mask` [batch, length] int64 and, where the graph has it,
 * `token_type_ids`. With pooling "none" the graph's first output is [batch, dimension] already pooled; otherwise it is
 * the last hidden state [batch, length, dimension], pooled here over each text's own tokens.
 */
export class SessionRunner implements BatchRunner {
  readonly #session: InferenceSession;
  readonly #spec: PoolingSpec;

  constructor(session: InferenceSession, spec: PoolingSpec) {
    this.#session = session;
    this.#spec = spec;
  }

  async run(texts: readonly Int32Array[], length: number): Promise<Float32Array[]> {
    const outputs = await this.#session.run(this.#feeds(texts, length));
    const output = outputs[this.#session.outputNames[0]!]!;
    const data = output.data as Float32Array;
    const { pooling, dimension } = this.#spec;
    return texts.map((ids, text) => {
      if (pooling === "none") {
        const width = data.length / texts.length;
        return data.slice(text * width, (text + 1) * width);
      }
      const start = text * length * dimension;
      if (pooling === "cls") return data.slice(start, start + dimension);
      return meanPool(data.subarray(start, start + length * dimension), ids.length, dimension);
    });
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feeds(texts: readonly Int32Array[], length: number): Record<string, ort.Tensor> {
    const shape = [texts.length, length];
    const ids = new BigInt64Array(texts.length * length).fill(BigInt(this.#spec.padId));
    const mask = new BigInt64Array(texts.length * length);
    texts.forEach((text, row) => {
      const start = row * length;
      for (let i = 0; i < text.length; i++) ids[start + i] = BigInt(text[i]!);
      mask.fill(1n, start, start + text.length);
    });
    const feeds: Record<string, ort.Tensor> = {
      input_ids: new ort.Tensor("int64", ids, shape),
      attention_mask: new ort.Tensor("int64", mask, shape),
    };
    if (this.#session.inputNames.includes("token_type_ids")) {
      feeds.token_type_ids = new ort.Tensor("int64", new BigInt64Array(ids.length), shape);
    }
    return feeds;
  }
}
