import {
  broadcastShapes,
  type Dim,
  normalizeAxis,
  printShape,
  ShapeError,
  unifyDims,
} from "@cool-papers/onnx";
import type { BinaryKind, DropoutMask, DType, Node, Op, Shape, UnaryKind } from "./node.ts";

/** An op was given values of the wrong type or shape. */
export class GraphError extends Error {
  override readonly name = "GraphError";
}

/** A node or a plain number, which becomes a scalar constant. */
export type Operand = Node | number;

function make(op: Op, inputs: readonly Node[], shape: Shape, dtype: DType): Node {
  return { op, inputs, shape, dtype } as Node;
}

function check<T>(what: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ShapeError) throw new GraphError(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, k) => dim === b[k]);

// ---- leaves

/** A value fed at every run. */
export function input(name: string, dtype: DType, shape: Shape): Node<"input"> {
  return make({ kind: "input", name, dropout: null }, [], shape, dtype) as Node<"input">;
}

/** A fed dropout mask; see `backend/dropout-pool.ts`. */
export function dropoutMask(name: string, shape: Shape, dropout: DropoutMask): Node<"input"> {
  return make({ kind: "input", name, dropout }, [], shape, "float") as Node<"input">;
}

/** A trainable tensor, known by its name in the ParameterSet. */
export function parameter(name: string, shape: readonly number[]): Node<"parameter"> {
  return make({ kind: "parameter", name }, [], shape, "float") as Node<"parameter">;
}

export function constant(values: readonly number[], shape: readonly number[], dtype: DType = "float"): Node {
  const count = shape.reduce((product, size) => product * size, 1);
  if (values.length !== count)
    throw new GraphError(`constant [${shape}] needs ${count} values, not ${values.length}`);
  return make({ kind: "constant", values }, [], shape, dtype);
}

export function scalar(value: number, dtype: DType = "float"): Node {
  return constant([value], [], dtype);
}

// ---- elementwise

function unary(kind: UnaryKind, x: Node): Node {
  return make({ kind }, [x], x.shape, x.dtype);
}

export const neg = (x: Node): Node => unary("neg", x);
export const exp = (x: Node): Node => unary("exp", x);
export const log = (x: Node): Node => unary("log", x);
export const sqrt = (x: Node): Node => unary("sqrt", x);
export const reciprocal = (x: Node): Node => unary("reciprocal", x);
export const tanh = (x: Node): Node => unary("tanh", x);
export const sigmoid = (x: Node): Node => unary("sigmoid", x);
export const erf = (x: Node): Node => unary("erf", x);
export const abs = (x: Node): Node => unary("abs", x);
export const sign = (x: Node): Node => unary("sign", x);
export const relu = (x: Node): Node => unary("relu", x);
export const sin = (x: Node): Node => unary("sin", x);
export const cos = (x: Node): Node => unary("cos", x);
export const not = (x: Node): Node => unary("not", x);
/** The value itself, through which no gradient flows. */
export const stopGradient = (x: Node): Node => unary("stopGradient", x);
export const square = (x: Node): Node => mul(x, x);

const asNode = (x: Operand, dtype: DType): Node => (typeof x === "number" ? scalar(x, dtype) : x);

/** An expanded operand is not materialised when broadcasting gives the same result. */
function withoutExpand(x: Node, other: Node, shape: Shape): Node {
  if (x.op.kind !== "expand") return x;
  const source = x.inputs[0]!;
  return sameShape(broadcastShapes(source.shape, other.shape), shape) ? source : x;
}

function binary(kind: BinaryKind, left: Operand, right: Operand, result?: DType): Node {
  if (typeof left === "number" && typeof right === "number")
    throw new GraphError(`${kind} of two plain numbers`);
  const dtype = typeof left === "number" ? (right as Node).dtype : left.dtype;
  let a = asNode(left, dtype);
  let b = asNode(right, dtype);
  if (a.dtype !== b.dtype) throw new GraphError(`${kind} of ${a.dtype} and ${b.dtype}: cast one of them`);
  const shape = check(kind, () => broadcastShapes(a.shape, b.shape));
  a = withoutExpand(a, b, shape);
  b = withoutExpand(b, a, shape);
  return make({ kind }, [a, b], shape, result ?? dtype);
}

export const add = (a: Operand, b: Operand): Node => binary("add", a, b);
export const sub = (a: Operand, b: Operand): Node => binary("sub", a, b);
export const div = (a: Operand, b: Operand): Node => binary("div", a, b);
export const maximum = (a: Operand, b: Operand): Node => binary("maximum", a, b);
export const minimum = (a: Operand, b: Operand): Node => binary("minimum", a, b);
export const equal = (a: Operand, b: Operand): Node => binary("equal", a, b, "bool");
export const greater = (a: Operand, b: Operand): Node => binary("greater", a, b, "bool");
export const greaterOrEqual = (a: Operand, b: Operand): Node => binary("greaterOrEqual", a, b, "bool");
export const and = (a: Node, b: Node): Node => binary("and", a, b, "bool");
export const or = (a: Node, b: Node): Node => binary("or", a, b, "bool");

const isScalarConstant = (x: Operand, value: number): boolean =>
  typeof x === "number"
    ? x === value
    : x.op.kind === "constant" && x.shape.length === 0 && x.op.values[0] === value;

export function mul(a: Operand, b: Operand): Node {
  if (typeof a !== "number" && isScalarConstant(b, 1)) return a;
  if (typeof b !== "number" && isScalarConstant(a, 1)) return b;
  return binary("mul", a, b);
}

/** `condition ? a : b`, element by element. */
export function where(condition: Node, a: Operand, b: Operand): Node {
  const dtype = typeof a === "number" ? (typeof b === "number" ? "float" : b.dtype) : a.dtype;
  const [left, right] = [asNode(a, dtype), asNode(b, dtype)];
  if (condition.dtype !== "bool")
    throw new GraphError(`where: the condition is ${condition.dtype}, not bool`);
  if (left.dtype !== right.dtype) throw new GraphError(`where: branches of ${left.dtype} and ${right.dtype}`);
  const shape = check("where", () =>
    broadcastShapes(condition.shape, broadcastShapes(left.shape, right.shape)),
  );
  return make({ kind: "where" }, [condition, left, right], shape, dtype);
}

export function cast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : make({ kind: "cast" }, [x], x.shape, dtype);
}

// ---- reductions

function reduce(
  kind: "reduceSum" | "reduceMean" | "reduceMax",
  x: Node,
  axes: readonly number[] | null,
  keepDims: boolean,
): Node {
  const all = axes ?? x.shape.map((_, axis) => axis);
  const normalized = check(kind, () => all.map((axis) => normalizeAxis(axis, x.shape.length))).toSorted(
    (a, b) => a - b,
  );
  if (normalized.length === 0) return x;
  const shape = x.shape.flatMap((dim, axis): Dim[] =>
    normalized.includes(axis) ? (keepDims ? [1] : []) : [dim],
  );
  return make({ kind, axes: normalized, keepDims }, [x], shape, x.dtype);
}

/** Sum over the axes (all of them when null). */
export const reduceSum = (x: Node, axes: readonly number[] | null = null, keepDims = false): Node =>
  reduce("reduceSum", x, axes, keepDims);
export const reduceMean = (x: Node, axes: readonly number[] | null = null, keepDims = false): Node =>
  reduce("reduceMean", x, axes, keepDims);
export const reduceMax = (x: Node, axes: readonly number[] | null = null, keepDims = false): Node =>
  reduce("reduceMax", x, axes, keepDims);

/** Running sum along an axis; from its end when `reverse`. */
export function cumSum(x: Node, axis: number, reverse = false): Node {
  return make({ kind: "cumSum", axis: normalizeAxis(axis, x.shape.length), reverse }, [x], x.shape, x.dtype);
}

/** Sums a gradient of a broadcast result back to the shape of the operand. */
export function sumTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dim, axis) => {
    const target = shape[axis - added];
    return target === undefined || (target === 1 && dim !== 1) ? [axis] : [];
  });
  return reshape(reduceSum(x, axes, true), shape);
}

// ---- shapes

/** Same values in row-major order under another shape; at most one size may be a symbol that the input lacks. */
export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const count = (dims: Shape): { sizes: number; names: string[] } => ({
    sizes: dims.reduce<number>((product, dim) => (typeof dim === "number" ? product * dim : product), 1),
    names: dims.filter((dim) => typeof dim === "string").toSorted(),
  });
  const [from, to] = [count(x.shape), count(shape)];
  if (from.names.join() === to.names.join() && from.sizes !== to.sizes) {
    throw new GraphError(`reshape of ${printShape(x.shape)} to ${printShape(shape)}: element counts differ`);
  }
  const source = x.op.kind === "reshape" ? x.inputs[0]! : x;
  return sameShape(source.shape, shape) ? source : make({ kind: "reshape" }, [source], shape, x.dtype);
}

export function transpose(x: Node, perm: readonly number[]): Node {
  if (perm.length !== x.shape.length || x.shape.some((_, axis) => !perm.includes(axis))) {
    throw new GraphError(`transpose: [${perm}] does not permute ${printShape(x.shape)}`);
  }
  if (perm.every((axis, k) => axis === k)) return x;
  return make(
    { kind: "transpose", perm },
    [x],
    perm.map((axis) => x.shape[axis]!),
    x.dtype,
  );
}

export function expand(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const result = check("expand", () => broadcastShapes(x.shape, shape));
  if (!sameShape(result, shape))
    throw new GraphError(`expand of ${printShape(x.shape)} to ${printShape(shape)}`);
  return make({ kind: "expand" }, [x], shape, x.dtype);
}

/** Elements start ≤ i < end along one axis; static bounds, not negative. */
export function slice(x: Node, axis: number, start: number, end: number): Node {
  const at = check("slice", () => normalizeAxis(axis, x.shape.length));
  const size = x.shape[at]!;
  if (start < 0 || start >= end || (typeof size === "number" && end > size)) {
    throw new GraphError(`slice ${start}…${end} of axis ${at} of ${printShape(x.shape)}`);
  }
  if (start === 0 && end === size) return x;
  return make(
    { kind: "slice", axis: at, start, end },
    [x],
    x.shape.map((dim, k) => (k === at ? end - start : dim)),
    x.dtype,
  );
}

/** Zeros before and after along one axis. */
export function pad(x: Node, axis: number, before: number, after: number): Node {
  const at = check("pad", () => normalizeAxis(axis, x.shape.length));
  const size = x.shape[at]!;
  if (typeof size !== "number")
    throw new GraphError(`pad of the symbolic axis ${at} of ${printShape(x.shape)}`);
  if (before === 0 && after === 0) return x;
  const shape = x.shape.map((dim, k) => (k === at ? size + before + after : dim));
  return make({ kind: "pad", axis: at, before, after }, [x], shape, x.dtype);
}

export function concat(parts: readonly Node[], axis: number): Node {
  const [first] = parts;
  if (first === undefined) throw new GraphError("concat of nothing");
  if (parts.length === 1) return first;
  const at = check("concat", () => normalizeAxis(axis, first.shape.length));
  let total = 0;
  for (const part of parts) {
    const size = part.shape[at];
    if (typeof size !== "number")
      throw new GraphError(`concat along the symbolic axis ${at} of ${printShape(part.shape)}`);
    if (part.dtype !== first.dtype) throw new GraphError(`concat of ${first.dtype} and ${part.dtype}`);
    part.shape.forEach((dim, k) => {
      if (k !== at) check("concat", () => unifyDims(dim, first.shape[k] ?? -1));
    });
    total += size;
  }
  return make(
    { kind: "concat", axis: at },
    parts,
    first.shape.map((dim, k) => (k === at ? total : dim)),
    first.dtype,
  );
}

/** 0, 1, … up to the size of x's axis (int), also where that size is only known at run time. */
export function indices(x: Node, axis: number): Node {
  const at = check("indices", () => normalizeAxis(axis, x.shape.length));
  const size = x.shape[at]!;
  if (typeof size === "number")
    return constant(
      Array.from({ length: size }, (_, k) => k),
      [size],
      "int",
    );
  return make({ kind: "indices", axis: at }, [x], [size], "int");
}

// ---- products

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** factor of the product */
  readonly alpha?: number;
}

/** alpha · op(a) · op(b) over the last two axes; leading axes broadcast. Both have rank ≥ 2. */
export function matmul(a: Node, b: Node, options: MatmulOptions = {}): Node {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new GraphError(
      `matmul of ${printShape(a.shape)} and ${printShape(b.shape)}: both need rank 2 or more`,
    );
  }
  const [rows, innerA] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
  const [innerB, columns] = transposeB
    ? [b.shape.at(-1)!, b.shape.at(-2)!]
    : [b.shape.at(-2)!, b.shape.at(-1)!];
  const what = `matmul of ${printShape(a.shape)} and ${printShape(b.shape)}`;
  check(what, () => unifyDims(innerA, innerB));
  const batch = check(what, () => broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)));
  return make({ kind: "matmul", transposeA, transposeB, alpha }, [a, b], [...batch, rows, columns], "float");
}

/** x · weight + bias; x [..., in], weight [in, out], bias [out] or null. Leading axes become one matrix product. */
export function linear(x: Node, weight: Node, bias: Node | null): Node {
  const [inSize, outSize] = weight.shape;
  if (weight.shape.length !== 2 || x.shape.at(-1) !== inSize || (bias && bias.shape[0] !== outSize)) {
    throw new GraphError(
      `linear: ${printShape(x.shape)} · ${printShape(weight.shape)} + ${bias ? printShape(bias.shape) : "nothing"}`,
    );
  }
  const rows = x.shape.slice(0, -1);
  const isStatic = rows.every((dim) => typeof dim === "number");
  if (!isStatic) {
    const product = matmul(x, weight);
    return bias ? add(product, bias) : product;
  }
  const flat = reshape(x, [rows.reduce<number>((product, dim) => product * (dim as number), 1), inSize!]);
  const result = bias
    ? make({ kind: "linear" }, [flat, weight, bias], [flat.shape[0]!, outSize!], "float")
    : matmul(flat, weight);
  return reshape(result, [...rows, outSize!]);
}

// ---- tables

/**
 * Rows of a table [rows, …] picked by int ids of any shape: [...ids, …].
 * @param hasDistinctIds the caller guarantees that no row is picked twice; the gradient of picked activations can
 *   then be computed inside the CPU graph
 */
export function gatherRows(table: Node, ids: Node, hasDistinctIds = false): Node {
  if (ids.dtype !== "int") throw new GraphError(`gatherRows: ids are ${ids.dtype}, not int`);
  const shape = [...ids.shape, ...table.shape.slice(1)];
  return make({ kind: "gatherRows", hasDistinctIds }, [table, ids], shape, table.dtype);
}

/** The transpose of gatherRows: zeros [rows, …] to which each values[k] is added at row ids[k]. */
export function scatterRows(values: Node, ids: Node, shape: readonly Dim[], hasDistinctIds = false): Node {
  return make({ kind: "scatterRows", hasDistinctIds }, [values, ids], shape, values.dtype);
}

// ---- composed ops with a kernel of their own

/** Softmax over the last axis. */
export const softmax = (x: Node): Node => make({ kind: "softmax" }, [x], x.shape, x.dtype);
/** log of the softmax over the last axis. */
export const logSoftmax = (x: Node): Node => make({ kind: "logSoftmax" }, [x], x.shape, x.dtype);

/** Gaussian error linear unit: x·Φ(x), or with `approximate` the tanh form of Hendrycks and Gimpel (1606.08415). */
export const gelu = (x: Node, approximate = false): Node =>
  make({ kind: "gelu", approximate }, [x], x.shape, x.dtype);

/** (x − mean) / √(variance + epsilon) over the last axis: mean 0 and variance 1. */
export const normalize = (x: Node, epsilon: number): Node =>
  make({ kind: "normalize", epsilon }, [x], x.shape, x.dtype);

/** 1 / √(variance + epsilon) over the last axis: [..., 1]. Shares its computation with `normalize` of the same value. */
export const inverseStd = (x: Node, epsilon: number): Node =>
  make({ kind: "inverseStd", epsilon }, [x], [...x.shape.slice(0, -1), 1], x.dtype);

/** normalize(x) · scale + bias; scale and bias [features]. */
export function layerNorm(x: Node, scale: Node, bias: Node, epsilon: number): Node {
  if (scale.shape[0] !== x.shape.at(-1) || bias.shape[0] !== x.shape.at(-1)) {
    throw new GraphError(`layerNorm of ${printShape(x.shape)} with scale ${printShape(scale.shape)}`);
  }
  return add(mul(normalize(x, epsilon), scale), bias);
}

/**
 * Turns the interleaved pairs (x[2i], x[2i+1]) of the last axis by the angle whose cosine and sine are given.
 * x [batch, heads, seq, headDim]; cosines, sines [seq, headDim / 2], or [batch, 1, seq, headDim / 2] for positions of each text's own.
 */
export function rotary(x: Node, cosines: Node, sines: Node): Node {
  const [headDim, half] = [x.shape.at(-1)!, cosines.shape.at(-1)!];
  if (
    typeof headDim !== "number" ||
    headDim !== 2 * (half as number) ||
    !sameShape(cosines.shape, sines.shape)
  ) {
    throw new GraphError(`rotary of ${printShape(x.shape)} with tables ${printShape(cosines.shape)}`);
  }
  return make({ kind: "rotary" }, [x, cosines, sines], x.shape, "float");
}

/** The even and the odd members of the interleaved pairs of the last axis, each [..., size / 2]. */
export function splitPairs(x: Node): readonly [even: Node, odd: Node] {
  const size = x.shape.at(-1);
  if (typeof size !== "number" || size % 2 !== 0)
    throw new GraphError(`splitPairs of ${printShape(x.shape)}`);
  const lead = x.shape.slice(0, -1);
  const pairs = reshape(x, [...lead, size / 2, 2]);
  const member = (k: number): Node => reshape(slice(pairs, -1, k, k + 1), [...lead, size / 2]);
  return [member(0), member(1)];
}

/** The inverse of splitPairs. */
export function joinPairs(even: Node, odd: Node): Node {
  const [lead, half] = [even.shape.slice(0, -1), even.shape.at(-1) as number];
  return reshape(
    concat(
      [even, odd].map((part) => reshape(part, [...lead, half, 1])),
      -1,
    ),
    [...lead, 2 * half],
  );
}
