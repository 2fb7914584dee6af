import type { RowsGradient } from "../parameters.ts";

/** Rows that were picked, and the gradient of each pick: values [ids.length, width]. */
export interface RowPiece {
  readonly ids: Int32Array;
  readonly values: Float32Array;
}

/** Adds the pieces up row by row. The order of additions is the order of the pieces, so results repeat bit for bit. */
export function mergeRowPieces(pieces: readonly RowPiece[], width: number): RowsGradient {
  const rows = distinctSorted(pieces);
  const data = new Float32Array(rows.length * width);
  const slotOf = new Map<number, number>();
  rows.forEach((row, slot) => void slotOf.set(row, slot));
  const isFilled = new Uint8Array(rows.length);
  for (const { ids, values } of pieces) {
    for (let pick = 0; pick < ids.length; pick++) {
      const slot = slotOf.get(ids[pick]!)!;
      if (isFilled[slot]) addRow(data, slot * width, values, pick * width, width);
      else data.set(values.subarray(pick * width, (pick + 1) * width), slot * width);
      isFilled[slot] = 1;
    }
  }
  return { kind: "rows", rows, data };
}

/** Adds row pieces into a dense gradient in place. */
export function addRowPieces(dense: Float32Array, pieces: readonly RowPiece[], width: number): void {
  for (const { ids, values } of pieces) {
    for (let pick = 0; pick < ids.length; pick++)
      addRow(dense, ids[pick]! * width, values, pick * width, width);
  }
}

function addRow(target: Float32Array, at: number, source: Float32Array, from: number, width: number): void {
  for (let k = 0; k < width; k++) target[at + k]! += source[from + k]!;
}

function distinctSorted(pieces: readonly RowPiece[]): Int32Array {
  const seen = new Set<number>();
  for (const { ids } of pieces) for (const id of ids) seen.add(id);
  return Int32Array.from(seen).sort();
}
