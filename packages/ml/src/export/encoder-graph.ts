import { makeTensor, type OnnxModel, type Tensor } from "@cool-papers/onnx";
import { cast, concat, input, lowerGraph, mul, type Node } from "../graph/index.ts";
import { l2Normalize } from "../losses/similarity.ts";
import { encode } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { dense, ForwardContext, zeros } from "../nn/index.ts";
import type { ParameterSet } from "../parameters.ts";

/** Names that the exported graph's users rely on. */
export const ENCODER_INPUTS = { tokenIds: "input_ids", mask: "attention_mask" } as const;
export const ENCODER_OUTPUT = "embedding";

/** One linear head of a distilled student, as a part of the embedding. */
export interface HeadPart {
  /** `heads.<name>.weight` */
  readonly name: string;
  readonly size: number;
  /** share of this head's cosine in the cosine of the whole embedding; the shares sum to 1 */
  readonly share: number;
}

/**
 * What the embedding is: the pooled vector, or several heads side by side, each scaled so that the cosine of two
 * embeddings is the weighted mean of the heads' cosines.
 */
export type EmbeddingSource =
  | { readonly kind: "pooled" }
  | { readonly kind: "heads"; readonly heads: readonly HeadPart[] };

/**
 * The encoder as one float32 model: input_ids and attention_mask, int64 [batch, seq], to unit vectors
 * `embedding` [batch, size]. Batch and length are free.
 */
export function exportEncoder(
  config: EncoderConfig,
  parameters: ParameterSet,
  source: EmbeddingSource = { kind: "pooled" },
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

function embeddingOf(context: ForwardContext, pooled: Node, source: EmbeddingSource): Node {
  if (source.kind === "pooled") return l2Normalize(pooled);
  const parts = source.heads.map(({ name, size, share }) => {
    const head = dense(context, `heads.${name}`, pooled, size, { initializer: zeros, hasBias: false });
    return mul(l2Normalize(head), Math.sqrt(share));
  });
  return l2Normalize(concat(parts, -1));
}
