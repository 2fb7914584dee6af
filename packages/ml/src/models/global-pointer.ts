import {
  add,
  cast,
  greaterOrEqual,
  indices,
  matmul,
  mul,
  type Node,
  reshape,
  rotary,
  slice,
  transpose,
} from "../graph/index.ts";
import { dense, type ForwardContext, type Initializer, lecun, type RotaryTables } from "../nn/index.ts";

/**
 * GlobalPointer (2208.03054): span scores s_α(i, j) = (R_i q_{i,α})·(R_j k_{j,α}) per type α. Spans with s > 0 and i ≤ j
 * are mentions, flat and nested alike; train with `multiLabelLoss`.
 */
export interface GlobalPointerOptions {
  readonly types: number;
  /** even */
  readonly headDim: number;
  /**
   * One query and key for all types and a bias per type from start and end, so that a further type costs 4·headDim
   * parameters (the efficient variant, 2208.03054 §3.3)
   */
  readonly isEfficient: boolean;
}

const init: Initializer = lecun();

/** sequence [batch, seq, hidden] → scores [batch, types, seq, seq]. */
export function globalPointer(
  context: ForwardContext,
  name: string,
  sequence: Node,
  tables: RotaryTables,
  options: GlobalPointerOptions,
): Node {
  return options.isEfficient
    ? efficientPointer(context, name, sequence, tables, options)
    : fullPointer(context, name, sequence, tables, options);
}

function fullPointer(
  context: ForwardContext,
  name: string,
  sequence: Node,
  { cosines, sines }: RotaryTables,
  { types, headDim }: GlobalPointerOptions,
): Node {
  const [batch, seq] = sequence.shape;
  const perType = (part: string): Node => {
    const projected = dense(context, `${name}.${part}`, sequence, types * headDim, { initializer: init });
    return rotary(
      transpose(reshape(projected, [batch!, seq!, types, headDim]), [0, 2, 1, 3]),
      cosines,
      sines,
    );
  };
  return matmul(perType("query"), perType("key"), { transposeB: true, alpha: 1 / Math.sqrt(headDim) });
}

function efficientPointer(
  context: ForwardContext,
  name: string,
  sequence: Node,
  { cosines, sines }: RotaryTables,
  { types, headDim }: GlobalPointerOptions,
): Node {
  const [batch, seq] = sequence.shape;
  const both = dense(context, `${name}.queryKey`, sequence, 2 * headDim, { initializer: init });
  const side = (start: number): Node =>
    rotary(reshape(slice(both, 2, start, start + headDim), [batch!, 1, seq!, headDim]), cosines, sines);
  const shared = matmul(side(0), side(headDim), { transposeB: true, alpha: 1 / Math.sqrt(headDim) });
  // w_α·[q_i; k_i; q_j; k_j], split into what the start and what the end contributes.
  const ends = dense(context, `${name}.typeBias`, both, 2 * types, { initializer: init });
  const perType = (start: number): Node => transpose(slice(ends, 2, start, start + types), [0, 2, 1]);
  const asStart = reshape(perType(0), [batch!, types, seq!, 1]);
  const asEnd = reshape(perType(types), [batch!, types, 1, seq!]);
  return add(shared, mul(add(asStart, asEnd), 0.5));
}

/** 1 where a span (i, j) is possible: both tokens real and i ≤ j. [batch, 1, seq, seq] from mask [batch, seq]. */
export function possibleSpans(mask: Node): Node {
  const [batch, seq] = mask.shape;
  const positions = indices(mask, 1);
  const isOrdered = cast(
    greaterOrEqual(reshape(positions, [1, seq!]), reshape(positions, [seq!, 1])),
    "float",
  );
  const areReal = mul(reshape(mask, [batch!, 1, seq!, 1]), reshape(mask, [batch!, 1, 1, seq!]));
  return mul(areReal, reshape(isOrdered, [1, 1, seq!, seq!]));
}

export interface Mention {
  readonly type: number;
  /** first token */
  readonly start: number;
  /** last token, included */
  readonly end: number;
  readonly score: number;
}

/** All spans with a score above 0 of one text, best first: scores [types, seq, seq], of which `length` tokens are real. */
export function decodeMentions(scores: Float32Array, types: number, seq: number, length: number): Mention[] {
  const mentions: Mention[] = [];
  for (let type = 0; type < types; type++) {
    for (let start = 0; start < length; start++) {
      for (let end = start; end < length; end++) {
        const score = scores[(type * seq + start) * seq + end]!;
        if (score > 0) mentions.push({ type, start, end, score });
      }
    }
  }
  return mentions.sort((a, b) => b.score - a.score);
}
