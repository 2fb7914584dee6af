import { writeFile } from "node:fs/promises";
import type { BundleVariant } from "@cool-papers/onnx";
import { openBundleEncoder } from "../eval/bundle-encoder.ts";
import { openCheckpointEncoder } from "../eval/checkpoint-encoder.ts";
import type { Encoder } from "../eval/encoder.ts";
import { evaluate, type Measure, measureHybrid, printMeasures } from "../eval/evaluate.ts";
import { readBeirFolder } from "../eval/retrieval-set.ts";
import type { EmbeddingSource } from "../models/embedding.ts";

/** Which model, and how it embeds. */
export interface ModelChoice {
  readonly bundleDir: string | null;
  readonly variant: BundleVariant;
  readonly checkpointPath: string | null;
  readonly tokenizerPath: string;
  /** Embed with the two teacher heads, teacher m having this share; null: the pooled vector. */
  readonly headShareM: number | null;
  readonly maxTokens: number | null;
  readonly threads: number;
}

export interface EvaluateModelOptions extends ModelChoice {
  readonly dataDir: string;
  readonly isQuick: boolean;
  /** A folder in BEIR's layout, measured instead of the project's sets; null: none. */
  readonly beirFolder: string | null;
  readonly jsonPath: string | null;
}

/** Measures a model and prints the table. */
export async function evaluateModel(options: EvaluateModelOptions): Promise<void> {
  const startedAt = performance.now();
  const encoder = await openEncoder(options);
  const measures = await measure(encoder, options);
  await encoder.release();
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(printMeasures(measures));
  console.log(`${encoder.name}, ${seconds.toFixed(0)} s`);
  if (options.jsonPath === null) return;
  const report = { model: encoder.name, command: process.argv.slice(2).join(" "), seconds, measures };
  await writeFile(options.jsonPath, `${JSON.stringify(report, null, 2)}\n`);
}

async function measure(encoder: Encoder, options: EvaluateModelOptions): Promise<Measure[]> {
  if (options.beirFolder === null) {
    return evaluate(encoder, { dataDir: options.dataDir, isQuick: options.isQuick });
  }
  const measures: Measure[] = [];
  await measureHybrid(await readBeirFolder(options.beirFolder), encoder, {}, (each) => measures.push(each));
  return measures;
}

/** @throws RangeError unless exactly one of bundle and checkpoint is given */
export async function openEncoder(options: ModelChoice): Promise<Encoder & { release(): Promise<void> }> {
  const { bundleDir, checkpointPath, variant, threads, maxTokens } = options;
  if ((bundleDir === null) === (checkpointPath === null)) {
    throw new RangeError("Give either --bundle or --checkpoint.");
  }
  if (bundleDir !== null) {
    return openBundleEncoder(bundleDir, { variant, threads, ...(maxTokens === null ? {} : { maxTokens }) });
  }
  return openCheckpointEncoder(checkpointPath!, {
    tokenizerPath: options.tokenizerPath,
    maxTokens: maxTokens ?? 128,
    threads,
    source: embeddingSource(options.headShareM),
  });
}

/** The pooled vector, or both teacher heads with this share of teacher m. */
export function embeddingSource(headShareM: number | null): EmbeddingSource {
  if (headShareM === null) return { kind: "pooled" };
  return {
    kind: "heads",
    heads: [
      { name: "m", size: 192, share: headShareM },
      { name: "e", size: 192, share: 1 - headShareM },
    ],
  };
}
