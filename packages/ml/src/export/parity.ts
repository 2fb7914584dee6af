import type { OnnxModel } from "@cool-papers/onnx";
import { CpuSession, type CpuSessionOptions } from "../backend/cpu-session.ts";
import { ENCODER_INPUTS, TOKEN_OUTPUTS } from "./encoder-graph.ts";
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
  return parityOf(texts.length, expected, actual);
}

function parityOf(texts: number, expected: readonly Float32Array[], actual: readonly Float32Array[]): Parity {
  const cosines = expected.map((vector, row) => dot(vector, actual[row]!));
  return {
    texts,
    meanCosine: cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length,
    minCosine: cosines.reduce((least, cosine) => Math.min(least, cosine), 1),
  };
}

/** The same for models that read the tokens of queries (`exportTokenReader`): cosines of single tokens. */
export async function measureTokenParity(
  reference: OnnxModel,
  variant: OnnxModel,
  texts: readonly Int32Array[],
): Promise<Parity> {
  const [expected, actual] = [await readWith(reference, texts), await readWith(variant, texts)];
  return parityOf(texts.length, expected, actual);
}

/** Unit vectors of all tokens of all texts. */
async function readWith(model: OnnxModel, texts: readonly Int32Array[]): Promise<Float32Array[]> {
  const session = await CpuSession.create(model, { optimization: "all" });
  try {
    const tokens: Float32Array[] = [];
    for (const ids of texts) {
      const shape = [1, ids.length];
      const outputs = await session.run(
        {
          [ENCODER_INPUTS.tokenIds]: BigInt64Array.from(ids, BigInt),
          [ENCODER_INPUTS.mask]: new BigInt64Array(ids.length).fill(1n),
        },
        { [ENCODER_INPUTS.tokenIds]: shape, [ENCODER_INPUTS.mask]: shape },
      );
      const vectors = outputs[TOKEN_OUTPUTS.vectors] as Float32Array;
      const size = vectors.length / ids.length;
      ids.forEach((_id, at) => {
        tokens.push(vectors.slice(at * size, (at + 1) * size));
      });
    }
    return tokens;
  } finally {
    await session.release();
  }
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
