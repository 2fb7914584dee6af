/**
 * RoFormer-Sim's second stage: the contrastive term gives way to the cosines of a teacher, which restores what the
 * generative loss costs in retrieval. The teacher is a model with the same vocabulary; it sees the texts uncorrupted.
 */
import type { BatchStream } from "../data/batch-source.ts";
import type { SegmentBatch } from "../data/segment-batches.ts";
import type { TokenBlock } from "../data/token-store.ts";
import { dot } from "../eval/metrics.ts";
import { EncoderRunner, exportEncoder } from "../export/index.ts";
import { readModel } from "../interchange/checkpoint.ts";
import { POOLED } from "../models/embedding.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { RecipeError } from "./recipe-error.ts";

/** @throws RecipeError when its vocabulary is another one */
export async function openTeacher(path: string, vocabSize: number, threads: number): Promise<EncoderRunner> {
  const { config: stored, parameters } = await readModel(path);
  const config = stored as EncoderConfig;
  if (config.vocabSize !== vocabSize) {
    throw new RecipeError(
      `${path} has ${config.vocabSize} pieces, but the tokenizer ${vocabSize}: both must be the same.`,
    );
  }
  return EncoderRunner.create(exportEncoder(config, parameters, POOLED), { threads });
}

/** Batches whose part `segments` has the teacher's matrix of cosines. */
export function withTeacher<Batch extends Record<string, unknown>>(
  batches: BatchStream<Batch>,
  teacher: EncoderRunner,
): BatchStream<Batch> {
  return {
    position: () => batches.position(),
    async next() {
      const batch = await batches.next();
      const segments = batch.segments as SegmentBatch;
      return { ...batch, segments: { ...segments, teacher: await cosines(teacher, segments.sources) } };
    },
  };
}

/** [rows, rows] */
async function cosines(
  teacher: EncoderRunner,
  { ids, lengths, rows, length }: TokenBlock,
): Promise<Float32Array> {
  const texts = Array.from({ length: rows }, (_, row) =>
    ids.subarray(row * length, row * length + lengths[row]!),
  );
  const vectors = await teacher.embed(texts);
  const matrix = new Float32Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) matrix[i * rows + j] = dot(vectors[i]!, vectors[j]!);
  }
  return matrix;
}
