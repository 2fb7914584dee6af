import { makeTensor, type OnnxModel, type Tensor } from "@cool-papers/onnx";
import { cast, input, lowerGraph } from "../graph/index.ts";
import { type EmbeddingSource, embeddingOf, POOLED } from "../models/embedding.ts";
import { encode } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { ForwardContext } from "../nn/index.ts";
import type { ParameterSet } from "../parameters.ts";

/** Names that the exported graph's users rely on. */
export const ENCODER_INPUTS = { tokenIds: "input_ids", mask: "attention_mask" } as const;
export const ENCODER_OUTPUT = "embedding";

/**
 * The encoder as one float32 model: input_ids and attention_mask, int64 [batch, seq], to unit vectors
 * `embedding` [batch, size]. Batch and length are free.
 */
export function exportEncoder(
  config: EncoderConfig,
  parameters: ParameterSet,
  source: EmbeddingSource = POOLED,
): OnnxModel {
  const context = new ForwardContext(false);
  const tokenIds = input(ENCODER_INPUTS.tokenIds, "int", ["batch", "seq"]);
  const mask = cast(input(ENCODER_INPUTS.mask, "int", ["batch", "seq"]), "float");
  const { pooled } = encode(context, config, { tokenIds, mask });
  const embedding = embeddingOf(context, pooled, source);
  const constants = new Map<string, Tensor>(
    context.specs().map(({ name }) => {
      const { data, shape } = parameters.get(name);
      return [name, makeTensor("float32", shape, data)];
    }),
  );
  const lowered = lowerGraph(new Map([[ENCODER_OUTPUT, embedding]]), {
    target: { opSet: "cpu", precision: "float32" },
    constants,
    graphName: "encoder",
    hasInt64Inputs: true,
  });
  return lowered.model;
}
