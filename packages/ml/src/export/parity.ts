import type { OnnxModel } from "@cool-papers/onnx";
import type { CpuSessionOptions } from "../backend/cpu-session.ts";
import { EncoderRunner } from "./encoder-runner.ts";

/** How far a variant's unit vectors are from the float32 model's. */
export interface Parity {
  readonly texts: number;
  readonly meanCosine: number;
  readonly minCosine: number;
}

/** A variant differs more from the float32 model than allowed. */
export class ParityError extends Error {
  override readonly name = "ParityError";
}

/** Embeds the same texts with both models and compares row by row. */
export async function measureParity(
  reference: OnnxModel,
  variant: OnnxModel,
  texts: readonly Int32Array[],
  session: CpuSessionOptions = {},
): Promise<Parity> {
  const [expected, actual] = [
    await embedWith(reference, texts, session),
    await embedWith(variant, texts, session),
  ];
  const cosines = expected.map((vector, row) => dot(vector, actual[row]!));
  return {
    texts: texts.length,
    meanCosine: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
    minCosine: Math.min(...cosines),
  };
}

async function embedWith(
  model: OnnxModel,
  texts: readonly Int32Array[],
  session: CpuSessionOptions,
): Promise<Float32Array[]> {
  const runner = await EncoderRunner.create(model, session);
  try {
    return await runner.embed(texts);
  } finally {
    await runner.release();
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
