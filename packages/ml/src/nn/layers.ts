import {
  add,
  layerNorm as layerNormOf,
  linear,
  mul,
  type Node,
  reciprocal,
  reduceMean,
  sqrt,
  square,
} from "../graph/index.ts";
import type { ForwardContext } from "./forward-context.ts";
import { type Initializer, lecun, normal, ones, zeros } from "./initializers.ts";

export interface DenseOptions {
  readonly initializer: Initializer;
  /** zeros when left out */
  readonly biasInitializer?: Initializer;
  /** true when left out */
  readonly hasBias?: boolean;
}

/** x · `<name>.weight` [in, out] + `<name>.bias` [out]. */
export function dense(
  context: ForwardContext,
  name: string,
  x: Node,
  outSize: number,
  options: DenseOptions,
): Node {
  const inSize = x.shape.at(-1) as number;
  const weight = context.parameter(`${name}.weight`, [inSize, outSize], options.initializer);
  const bias =
    (options.hasBias ?? true)
      ? context.parameter(`${name}.bias`, [outSize], options.biasInitializer ?? zeros)
      : null;
  return withAdapter(context, name, x, linear(x, weight, bias), outSize);
}

/** Adds the low-rank update x·A·B of LoRA (2106.09685) where the context adapts this layer. */
function withAdapter(context: ForwardContext, name: string, x: Node, result: Node, outSize: number): Node {
  const { adapter } = context;
  if (!adapter?.adapts(name)) return result;
  const down = context.parameter(`${name}.loraA`, [x.shape.at(-1) as number, adapter.rank], lecun(normal));
  const up = context.parameter(`${name}.loraB`, [adapter.rank, outSize], zeros);
  return add(result, mul(linear(linear(x, down, null), up, null), adapter.alpha / adapter.rank));
}

/** x / √(mean(x²) + epsilon) over the last axis, without scale. */
export function rmsNorm(x: Node, epsilon: number): Node {
  return mul(x, reciprocal(sqrt(add(reduceMean(square(x), [-1], true), epsilon))));
}

/** Layer normalisation with `<name>.scale` and `<name>.bias`. */
export function layerNorm(context: ForwardContext, name: string, x: Node, epsilon: number): Node {
  const size = x.shape.at(-1) as number;
  const scale = context.parameter(`${name}.scale`, [size], ones);
  const bias = context.parameter(`${name}.bias`, [size], zeros);
  return layerNormOf(x, scale, bias, epsilon);
}

/**
 * A linear layer in the NTK parameterisation: weights drawn with deviation 1 and divided by √in in the forward pass. The
 * outputs are those of a LeCun initialisation, but every weight's gradient is √in times smaller, so that one learning
 * rate moves the function equally at every width.
 */
export function ntkDense(context: ForwardContext, name: string, x: Node, outSize: number): Node {
  const inSize = x.shape.at(-1) as number;
  const weight = context.parameter(`${name}.weight`, [inSize, outSize], normal(1));
  return mul(linear(x, weight, null), 1 / Math.sqrt(inSize));
}
