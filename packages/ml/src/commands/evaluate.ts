import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundleVariant } from "@cool-papers/onnx";
import { DataError } from "../data/data-error.ts";
import { openBundleEncoder } from "../eval/bundle-encoder.ts";
import { openCheckpointEncoder } from "../eval/checkpoint-encoder.ts";
import { type Encoder, truncated } from "../eval/encoder.ts";
import { evaluate, type Measure, measureHybrid, printComparison, printMeasures } from "../eval/evaluate.ts";
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
  /** Cut the vectors to so many dimensions (Matryoshka); null: whole. */
  readonly dimensions: number | null;
  /** A folder in BEIR's layout, measured instead of the project's sets; null: none. */
  readonly beirFolder: string | null;
  readonly jsonPath: string | null;
  /** The model before: a bundle, a checkpoint, or what --json wrote about one; null: none. */
  readonly baselinePath: string | null;
}

/** Measures a model and prints the table, and how it differs from the baseline. */
export async function evaluateModel(options: EvaluateModelOptions): Promise<void> {
  const { baselinePath, jsonPath } = options;
  const before = baselinePath === null ? null : await measureBaseline(baselinePath, options);
  const after = await measureModel(options);
  console.log(printMeasures(after.measures));
  console.log(`${after.model}, ${after.seconds.toFixed(0)} s`);
  if (before !== null) {
    console.log(`\n${printComparison(before.measures, after.measures)}`);
    console.log(`before: ${before.model}; after: ${after.model}`);
  }
  if (jsonPath === null) return;
  const report = { ...after, command: process.argv.slice(2).join(" ") };
  await writeFile(jsonPath, `${JSON.stringify(report, null, 2)}\n`);
}

/** What evaluate --json writes. */
export interface EvaluationReport {
  readonly model: string;
  readonly seconds: number;
  readonly measures: readonly Measure[];
}

async function measureModel(options: EvaluateModelOptions): Promise<EvaluationReport> {
  const startedAt = performance.now();
  const opened = await openEncoder(options);
  const encoder = options.dimensions === null ? opened : truncated(opened, options.dimensions);
  const measures = await measure(encoder, options).finally(() => opened.release());
  return { model: encoder.name, seconds: (performance.now() - startedAt) / 1000, measures };
}

async function measureBaseline(path: string, options: EvaluateModelOptions): Promise<EvaluationReport> {
  if (path.endsWith(".json")) return readEvaluation(path);
  const isBundle = existsSync(join(path, "tokenizer.json"));
  return measureModel({
    ...options,
    bundleDir: isBundle ? path : null,
    checkpointPath: isBundle ? null : path,
  });
}

/** @throws DataError when the file is not what evaluate --json wrote */
export async function readEvaluation(path: string): Promise<EvaluationReport> {
  const report = await readFile(path, "utf8")
    .then((text) => JSON.parse(text) as Partial<EvaluationReport> | null)
    .catch(() => null);
  if (!Array.isArray(report?.measures))
    throw new DataError(
      `${path} holds no measures: write it with \`npm run ml -- evaluate --json ${path}\`.`,
    );
  return report as EvaluationReport;
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
