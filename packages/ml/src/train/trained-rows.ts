import type { Gradient, GradientSet, ParameterSet, RowsGradient } from "../parameters.ts";

/**
 * The gradients without those of rows that stay as they are.
 *
 * @param trained rows that move, ascending, by the parameter that has them; parameters without an entry move as a whole
 */
export function onlyRows(
  gradients: GradientSet,
  parameters: ParameterSet,
  trained?: ReadonlyMap<string, Int32Array>,
): GradientSet {
  if (trained === undefined) return gradients;
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
  const places = gradient.kind === "dense" ? wanted : placesOf(gradient.rows, wanted);
  const rows = gradient.kind === "dense" ? wanted : places.map((place) => gradient.rows[place]!);
  const data = new Float32Array(places.length * width);
  places.forEach((place, k) => {
    data.set(gradient.data.subarray(place * width, (place + 1) * width), k * width);
  });
  return { kind: "rows", rows, data };
}

/** Where the wanted rows stand among those that there are. */
function placesOf(rows: Int32Array, wanted: Int32Array): Int32Array {
  const known = new Set(wanted);
  return Int32Array.from(rows.keys()).filter((place) => known.has(rows[place]!));
}
