/**
 * A teacher with the same vocabulary, whose cosines are taught. In RoFormer-Sim's second stage they stand in for the
 * contrastive term, which restores what the generative loss costs in retrieval (it sees the texts uncorrupted); beside
 * the contrastive loss they say which other documents of a batch are near a query.
 */
import type { BatchStream } from "../data/batch-source.ts";
import type { PairBatch } from "../data/pair-batches.ts";
import type { SegmentBatch } from "../data/segment-batches.ts";
import type { TokenBlock } from "../data/token-store.ts";
import { dot } from "../eval/metrics.ts";
import { ModelReader, type TextUse } from "../export/index.ts";
import { readModel } from "../interchange/checkpoint.ts";
import { POOLED } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { RecipeError } from "./recipe-error.ts";

/** @throws RecipeError when its vocabulary is another one */
export async function openTeacher(path: string, vocabSize: number, threads: number): Promise<ModelReader> {
  const { config: stored, parameters } = await readModel(path);
  const config = stored as EncoderConfig;
  if (config.vocabSize !== vocabSize) {
    throw new RecipeError(
      `${path} has ${config.vocabSize} pieces, but the tokenizer ${vocabSize}: both must be the same.`,
    );
  }
  return ModelReader.create(config, parameters, POOLED, { threads });
}

/** Parts of a recipe that can learn from a teacher. */
export type TaughtPart = "segments" | "contrast";

/** Batches whose taught parts have the teacher's matrix of cosines. */
export function withTeacher<Batch extends Record<string, unknown>>(
  batches: BatchStream<Batch>,
  teacher: ModelReader,
  parts: readonly TaughtPart[],
): BatchStream<Batch> {
  return {
    position: () => batches.position(),
    async next() {
      const batch = await batches.next();
      const taught: Record<string, unknown> = {};
      if (parts.includes("segments")) {
        const segments = batch.segments as SegmentBatch;
        const vectors = await embedBlock(teacher, segments.sources, "query");
        taught.segments = { ...segments, teacher: cosines(vectors, vectors) };
      }
      if (parts.includes("contrast")) {
        const contrast = batch.contrast as PairBatch;
        const [queries, documents] = [
          await embedBlock(teacher, contrast.queries, "query"),
          await embedBlock(teacher, contrast.documents, "document"),
        ];
        taught.contrast = { ...contrast, teacher: cosines(queries, documents) };
      }
      return { ...batch, ...taught };
    },
  };
}

/** Unit vectors of the rows. */
function embedBlock(
  teacher: ModelReader,
  { ids, lengths, rows, length }: TokenBlock,
  use: TextUse,
): Promise<readonly Float32Array[]> {
  return teacher.embed(
    Array.from({ length: rows }, (_, row) => ids.subarray(row * length, row * length + lengths[row]!)),
    use,
  );
}

/** [a, b] */
function cosines(a: readonly Float32Array[], b: readonly Float32Array[]): Float32Array {
  const matrix = new Float32Array(a.length * b.length);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) matrix[i * b.length + j] = dot(a[i]!, b[j]!);
  }
  return matrix;
}
