import { makeTensor, type OnnxModel, type Tensor } from "@cool-papers/onnx";
import { cast, input, lowerGraph, type Node } from "../graph/index.ts";
import { l2Normalize } from "../losses/similarity.ts";
import { type EmbeddingSource, embeddingOf, POOLED } from "../models/embedding.ts";
import { encode } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { comparedWeights } from "../models/objectives/late-interaction.ts";
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
  return exportGraph(parameters, (context, tokenIds, mask) => {
    const { pooled } = encode(context, config, { tokenIds, mask });
    return { [ENCODER_OUTPUT]: embeddingOf(context, pooled, source) };
  });
}

/** Names that users of the exported reader of tokens rely on. */
export const TOKEN_OUTPUTS = { vectors: "vectors", weights: "weights" } as const;

/**
 * What `lateInteractionObjective` makes of a query, from the same inputs: unit vectors of its tokens, `vectors`
 * [batch, seq, size], and what they count, `weights` [batch, seq].
 */
export function exportTokenReader(config: EncoderConfig, parameters: ParameterSet): OnnxModel {
  return exportGraph(parameters, (context, tokenIds, mask) => {
    const { sequence } = encode(context, config, { tokenIds, mask });
    return {
      [TOKEN_OUTPUTS.vectors]: l2Normalize(sequence),
      [TOKEN_OUTPUTS.weights]: comparedWeights(context, config, tokenIds, sequence),
    };
  });
}

function exportGraph(
  parameters: ParameterSet,
  define: (context: ForwardContext, tokenIds: Node, mask: Node) => Readonly<Record<string, Node>>,
): OnnxModel {
  const context = new ForwardContext(false);
  const tokenIds = input(ENCODER_INPUTS.tokenIds, "int", ["batch", "seq"]);
  const mask = cast(input(ENCODER_INPUTS.mask, "int", ["batch", "seq"]), "float");
  const outputs = define(context, tokenIds, mask);
  const constants = new Map<string, Tensor>(
    context.specs().map(({ name }) => {
      const { data, shape } = parameters.get(name);
      return [name, makeTensor("float32", shape, data)];
    }),
  );
  const lowered = lowerGraph(new Map(Object.entries(outputs)), {
    target: { opSet: "cpu", precision: "float32" },
    constants,
    graphName: "encoder",
    hasInt64Inputs: true,
  });
  return lowered.model;
}
