import { type ParameterSet, parameterSet } from "../parameters.ts";

/**
 * Low-rank adaptation (2106.09685): a layer's weight W [in, out] becomes W + (alpha / rank)·A·B with A [in, rank] drawn
 * at random and B [rank, out] zero, so that training starts from the model as it is. Only A and B are trained.
 *
 * Seen from the optimiser: one SGD step on A and B moves W by −η·s²·(A·Aᵀ·G + G·Bᵀ·B) + O(η²), s = alpha / rank and
 * G = ∂loss/∂W: gradient descent on W with a preconditioner of rank `rank` that the adapters themselves learn.
 */
export interface LoraAdapter {
  readonly rank: number;
  readonly alpha: number;
  /** Which linear layers are adapted, by name such as `layers.0.attention.query`. */
  adapts(layer: string): boolean;
}

/** An adapter as recipes and checkpoints name it; JSON. */
export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  /** Regular expression over the names of linear layers, such as `attention\\.(query|value)$`. */
  readonly layers: string;
}

export function adapterOf({ rank, alpha, layers }: LoraConfig): LoraAdapter {
  const pattern = new RegExp(layers);
  return { rank, alpha, adapts: (layer) => pattern.test(layer) };
}

const isAdapterParameter = (name: string): boolean => name.endsWith(".loraA") || name.endsWith(".loraB");

/** Names to freeze while adapters are trained: all others. */
export function frozenUnderLora(names: readonly string[]): Set<string> {
  return new Set(names.filter((name) => !isAdapterParameter(name)));
}

/** The same model with its adapters added into the weights, and without them. */
export function mergeLora(parameters: ParameterSet, { rank, alpha }: LoraAdapter): ParameterSet {
  const kept = parameters.names.filter((name) => !isAdapterParameter(name));
  return parameterSet(
    kept.map((name) => {
      const { data, shape } = parameters.get(name);
      const layer = name.replace(/\.weight$/, "");
      const merged = data.slice();
      if (layer !== name && parameters.has(`${layer}.loraA`)) {
        const [down, up] = [parameters.get(`${layer}.loraA`).data, parameters.get(`${layer}.loraB`).data];
        addProduct(merged, down, up, rank, alpha / rank);
      }
      return [name, { data: merged, shape }] as const;
    }),
  );
}

/** target [n, m] += factor · a [n, rank] · b [rank, m] */
function addProduct(
  target: Float32Array,
  a: Float32Array,
  b: Float32Array,
  rank: number,
  factor: number,
): void {
  const columns = b.length / rank;
  for (let i = 0; i < a.length / rank; i++) {
    for (let r = 0; r < rank; r++) {
      const value = factor * a[i * rank + r]!;
      for (let j = 0; j < columns; j++) target[i * columns + j]! += value * b[r * columns + j]!;
    }
  }
}
