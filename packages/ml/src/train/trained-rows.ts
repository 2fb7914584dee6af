import type { Gradient, GradientSet, ParameterSet, RowsGradient } from "../parameters.ts";

/**
 * The gradients without those of rows that stay as they are.
 *
 * @param trained rows that move, ascending, by the parameter that has them; parameters without an entry move as a whole
 */
export function onlyRows(
  gradients: GradientSet,
  parameters: ParameterSet,
  trained: ReadonlyMap<string, Int32Array> = new Map(),
): GradientSet {
  return new Map(
    [...gradients].map(([name, gradient]) => {
      const rows = trained.get(name);
      if (rows === undefined) return [name, gradient];
      const { data, shape } = parameters.get(name);
      return [name, rowsOf(gradient, rows, data.length / shape[0]!)];
    }),
  );
}

function rowsOf(gradient: Gradient, wanted: Int32Array, width: number): RowsGradient {
  const found = gradient.kind === "dense" ? wanted : commonRows(gradient.rows, wanted);
  const data = new Float32Array(found.length * width);
  const slotOf =
    gradient.kind === "dense" ? null : new Map([...gradient.rows].map((row, slot) => [row, slot]));
  found.forEach((row, k) => {
    const slot = slotOf === null ? row : slotOf.get(row)!;
    data.set(gradient.data.subarray(slot * width, (slot + 1) * width), k * width);
  });
  return { kind: "rows", rows: found, data };
}

function commonRows(rows: Int32Array, wanted: Int32Array): Int32Array {
  const known = new Set(wanted);
  return rows.filter((row) => known.has(row));
}
