import { layerNorm as layerNormOf, linear, type Node } from "../graph/index.ts";
import type { ForwardContext } from "./forward-context.ts";
import { type Initializer, ones, zeros } from "./initializers.ts";

export interface DenseOptions {
  readonly initializer: Initializer;
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
  const bias = (options.hasBias ?? true) ? context.parameter(`${name}.bias`, [outSize], zeros) : null;
  return linear(x, weight, bias);
}

/** Layer normalisation with `<name>.scale` and `<name>.bias`. */
export function layerNorm(context: ForwardContext, name: string, x: Node, epsilon: number): Node {
  const size = x.shape.at(-1) as number;
  const scale = context.parameter(`${name}.scale`, [size], ones);
  const bias = context.parameter(`${name}.bias`, [size], zeros);
  return layerNormOf(x, scale, bias, epsilon);
}
