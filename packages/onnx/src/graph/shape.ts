import type { Dim } from "../model.ts";

/** A shape that cannot be what an op needs. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Stands for a size nothing is known about; it fits any other. */
export const UNKNOWN_DIM = "?";

export type Shape = readonly Dim[];

export function printShape(shape: Shape | null): string {
  return shape === null ? "[…]" : `[${shape.join(", ")}]`;
}

export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(`axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normalized;
}

/** The size two dimensions agree on. @throws ShapeError when they cannot be equal */
export function unifyDims(a: Dim, b: Dim): Dim {
  if (a === b || b === UNKNOWN_DIM) return a;
  if (a === UNKNOWN_DIM) return b;
  // A name and a number may agree when the model runs; the number is what is then true.
  if (typeof a === "string" && typeof b === "number") return b;
  if (typeof a === "number" && typeof b === "string") return a;
  throw new ShapeError(`sizes ${a} and ${b} differ`);
}

/** NumPy's broadcasting, as ONNX defines it. @throws ShapeError when the shapes do not fit */
export function broadcastShapes(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === 1) return right;
    if (right === 1) return left;
    try {
      return unifyDims(left, right);
    } catch {
      throw new ShapeError(
        `${printShape(a)} and ${printShape(b)} do not broadcast: ${left} against ${right}`,
      );
    }
  });
}

/** The number of elements when every size is known. */
export function staticCount(shape: Shape): number | null {
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== "number") return null;
    count *= dim;
  }
  return count;
}
