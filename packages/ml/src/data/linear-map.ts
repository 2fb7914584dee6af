import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** Keeps directions that no row has from blowing up; small beside the rows' own scatter. */
const RIDGE = 1e-6;

/**
 * The matrix P that makes from · P come nearest to `to` (ridge regression, least squares with λ = 1e-6 per row).
 *
 * @param from rows of one length d
 * @param to as many rows of one length k
 * @returns P, [d, k]
 */
export function fitLinearMap(from: readonly Float32Array[], to: readonly Float32Array[]): Matrix {
  const inputs = new Matrix(from.map((row) => Array.from(row)));
  const outputs = new Matrix(to.map((row) => Array.from(row)));
  const transposed = inputs.transpose();
  const gram = transposed.mmul(inputs);
  for (let i = 0; i < gram.rows; i++) gram.set(i, i, gram.get(i, i) + RIDGE * from.length);
  return new CholeskyDecomposition(gram).solve(transposed.mmul(outputs));
}

/** row · P */
export function applyLinearMap(row: Float32Array, map: Matrix): Float32Array {
  return Float32Array.from(new Matrix([Array.from(row)]).mmul(map).getRow(0));
}
