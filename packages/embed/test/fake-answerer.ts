import type { EncoderModel } from "../src/encoder.ts";
import type { RequestAnswerer } from "../src/index.ts";
import type { RawAnswer } from "../src/inference/worker-protocol.ts";

export const FAKE_MODEL: EncoderModel = {
  id: "fake",
  dimension: 2,
  dimensions: [2],
  maxTokens: 16,
  vocabSize: 100,
  reranks: false,
  variant: "float32",
  provider: "cpu",
  notes: [],
};

/** Answers every body with the same; `bodies` tells what it was asked. */
export function fakeAnswerer(
  answer: Partial<RawAnswer> = {},
): RequestAnswerer & { readonly bodies: string[] } {
  const bodies: string[] = [];
  return {
    model: FAKE_MODEL,
    bodies,
    async answer({ body }) {
      bodies.push(new TextDecoder().decode(body));
      const sent = new TextEncoder().encode("{}").buffer as ArrayBuffer;
      return { status: 200, body: sent, inputs: 1, tokens: 3, ...answer };
    },
  };
}
