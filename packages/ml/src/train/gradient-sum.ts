import { addRowPieces, mergeRowPieces } from "../backend/scatter.ts";
import type { DenseGradient, Gradient, GradientSet, RowsGradient } from "../parameters.ts";

export interface WeightedGradients {
  readonly gradients: GradientSet;
  readonly weight: number;
}

/** Weighted sum of gradient sets, such as the mean over micro-batches. Rows stay rows when every part is rows. */
export function sumGradients(parts: readonly WeightedGradients[]): GradientSet {
  const [only] = parts;
  if (parts.length === 1 && only!.weight === 1) return only!.gradients;
  const names = new Set(parts.flatMap(({ gradients }) => [...gradients.keys()]));
  return new Map([...names].map((name) => [name, sumOf(name, parts)] as const));
}

function sumOf(name: string, parts: readonly WeightedGradients[]): Gradient {
  const dense: DenseGradient[] = [];
  const rows: RowsGradient[] = [];
  for (const { gradients, weight } of parts) {
    const gradient = gradients.get(name);
    if (gradient === undefined) continue;
    const scaled = { ...gradient, data: gradient.data.map((value) => value * weight) };
    if (scaled.kind === "dense") dense.push(scaled);
    else rows.push(scaled);
  }
  const pieces = rows.map(({ rows: ids, data }) => ({ ids, values: data }));
  const width = rows[0] ? rows[0].data.length / rows[0].rows.length : 0;
  const [first, ...others] = dense;
  if (first === undefined) return mergeRowPieces(pieces, width);
  for (const { data } of others) for (let i = 0; i < data.length; i++) first.data[i]! += data[i]!;
  addRowPieces(first.data, pieces, width);
  return first;
}
