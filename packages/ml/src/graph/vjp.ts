import { GELU_CUBIC, GELU_SCALE } from "./decompose.ts";
import { isKind, type Node, type OpKind } from "./node.ts";
import {
  add,
  cast,
  cos,
  cumSum,
  div,
  equal,
  erf,
  exp,
  expand,
  gatherRows,
  greater,
  greaterOrEqual,
  inverseStd,
  matmul,
  mul,
  neg,
  normalize,
  pad,
  reduceMean,
  reduceSum,
  reshape,
  rotary,
  scatterRows,
  sigmoid,
  sign,
  sin,
  slice,
  splitPairs,
  square,
  sub,
  sumTo,
  transpose,
  where,
} from "./ops.ts";

/**
 * Vector–Jacobian product of one op: from the cotangent of its output (same shape) to the cotangents of its inputs.
 * null means that the gradient is zero everywhere (comparisons, integers, stopGradient). Cotangents may still have the
 * shape of the broadcast result; the reverse walk sums them to the input's.
 */
export type VjpRule<K extends OpKind> = (node: Node<K>, g: Node) => (Node | null)[];

const none = (node: Node): null[] => node.inputs.map(() => null);

/** Puts axes removed by a reduction back as size 1. */
function keptDims(node: Node<"reduceSum" | "reduceMean" | "reduceMax">, g: Node): Node {
  const { axes } = node.op;
  return reshape(
    g,
    node.inputs[0]!.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  );
}

/**
 * g times the slope of GELU. Every op is a pass over the widest activations of a Transformer, so the forms with the
 * fewest are taken. Exact, with u = x/√2: Φ(x) + x·φ(x) = ½·[1 + erf(u) + u·e^(ln(2/√π) − u²)]. In the tanh form
 * y = gelu(x) = x·σ(z) with z = 2√(2/π)·(x + c·x³), so that with n = σ(−z) the slope is
 * σ + x·z′·σ·(1 − σ) = 1 − n·(1 − y·z′), and y is at hand.
 */
function throughGelu(node: Node<"gelu">, g: Node): Node {
  const x = node.inputs[0]!;
  if (!node.op.approximate) {
    const u = mul(x, Math.SQRT1_2);
    const bell = mul(u, exp(sub(Math.log(2 / Math.sqrt(Math.PI)), square(u))));
    return mul(scaled(g, 0.5), add(add(erf(u), bell), 1));
  }
  const [linearTerm, cubicTerm] = [-2 * GELU_SCALE, -2 * GELU_SCALE * GELU_CUBIC];
  const xSquared = square(x);
  const n = sigmoid(mul(x, add(mul(xSquared, cubicTerm), linearTerm)));
  const rest = add(mul(node, add(mul(xSquared, 3 * cubicTerm), linearTerm)), 1);
  return mul(g, sub(1, mul(n, rest)));
}

/** factor · g; a factor of the product that g is costs nothing. */
function scaled(g: Node, factor: number): Node {
  if (isKind(g, "reshape")) return reshape(scaled(g.inputs[0]!, factor), g.shape);
  if (!isKind(g, "matmul")) return mul(g, factor);
  const [a, b] = g.inputs as [Node, Node];
  return matmul(a, b, { ...g.op, alpha: g.op.alpha * factor });
}

/** A total table: an op without a rule does not compile. */
export const VJP: { readonly [K in OpKind]: VjpRule<K> } = {
  input: none,
  parameter: none,
  constant: none,
  indices: none,
  stopGradient: none,
  equal: none,
  greater: none,
  greaterOrEqual: none,
  and: none,
  or: none,
  not: none,
  sign: none,

  neg: (_, g) => [neg(g)],
  exp: (node, g) => [mul(g, node)],
  log: ({ inputs: [x] }, g) => [div(g, x!)],
  sqrt: (node, g) => [div(mul(g, 0.5), node)],
  reciprocal: (node, g) => [neg(mul(g, square(node)))],
  tanh: (node, g) => [mul(g, sub(1, square(node)))],
  sigmoid: (node, g) => [mul(g, mul(node, sub(1, node)))],
  erf: ({ inputs: [x] }, g) => [mul(g, mul(exp(neg(square(x!))), 2 / Math.sqrt(Math.PI)))],
  abs: ({ inputs: [x] }, g) => [mul(g, sign(x!))],
  relu: ({ inputs: [x] }, g) => [where(greater(x!, 0), g, 0)],
  sin: ({ inputs: [x] }, g) => [mul(g, cos(x!))],
  cos: ({ inputs: [x] }, g) => [neg(mul(g, sin(x!)))],

  add: (_, g) => [g, g],
  sub: (_, g) => [g, neg(g)],
  mul: ({ inputs: [a, b] }, g) => [mul(g, b!), mul(g, a!)],
  div: (node, g) => {
    const quotient = div(g, node.inputs[1]!);
    return [quotient, neg(mul(quotient, node))];
  },
  maximum: ({ inputs: [a, b] }, g) => {
    const isLeft = greaterOrEqual(a!, b!);
    return [where(isLeft, g, 0), where(isLeft, 0, g)];
  },
  minimum: ({ inputs: [a, b] }, g) => {
    const isLeft = greaterOrEqual(b!, a!);
    return [where(isLeft, g, 0), where(isLeft, 0, g)];
  },
  where: ({ inputs: [condition] }, g) => [null, where(condition!, g, 0), where(condition!, 0, g)],
  cast: (node, g) => [node.dtype === "float" && node.inputs[0]!.dtype === "float" ? g : null],

  reduceSum: (node, g) => [expand(keptDims(node, g), node.inputs[0]!.shape)],
  reduceMean: (node, g) => {
    const { shape } = node.inputs[0]!;
    const count = node.op.axes.reduce((product, axis) => product * (shape[axis] as number), 1);
    return [expand(mul(keptDims(node, g), 1 / count), shape)];
  },
  // The largest entries share the gradient when there are several.
  reduceMax: (node, g) => {
    const x = node.inputs[0]!;
    const isLargest = cast(equal(x, keptDims(node, node)), "float");
    return [mul(div(isLargest, reduceSum(isLargest, node.op.axes, true)), keptDims(node, g))];
  },
  cumSum: ({ op }, g) => [cumSum(g, op.axis, !op.reverse)],

  reshape: ({ inputs: [x] }, g) => [reshape(g, x!.shape)],
  transpose: ({ op }, g) => [
    transpose(
      g,
      op.perm.map((_, axis) => op.perm.indexOf(axis)),
    ),
  ],
  expand: ({ inputs: [x] }, g) => [sumTo(g, x!.shape)],
  slice: ({ op, inputs: [x] }, g) => [pad(g, op.axis, op.start, (x!.shape[op.axis] as number) - op.end)],
  pad: ({ op, inputs: [x] }, g) => [slice(g, op.axis, op.before, op.before + (x!.shape[op.axis] as number))],
  concat: ({ op, inputs }, g) => {
    let start = 0;
    return inputs.map(({ shape }) => {
      const end = start + (shape[op.axis] as number);
      const part = slice(g, op.axis, start, end);
      start = end;
      return part;
    });
  },

  matmul: ({ op, inputs: [a, b] }, g) => {
    const { transposeA, transposeB, alpha } = op;
    return [
      transposeA
        ? matmul(b!, g, { transposeA: transposeB, transposeB: true, alpha })
        : matmul(g, b!, { transposeB: !transposeB, alpha }),
      transposeB
        ? matmul(g, a!, { transposeA: true, transposeB: transposeA, alpha })
        : matmul(a!, g, { transposeA: !transposeA, alpha }),
    ];
  },
  linear: ({ inputs: [x, weight] }, g) => [
    matmul(g, weight!, { transposeB: true }),
    matmul(x!, g, { transposeA: true }),
    reduceSum(g, [0]),
  ],
  gatherRows: ({ op, inputs: [table, ids] }, g) => [
    scatterRows(g, ids!, table!.shape, op.hasDistinctIds),
    null,
  ],
  scatterRows: ({ op, inputs: [, ids] }, g) => [gatherRows(g, ids!, op.hasDistinctIds), null],

  softmax: (node, g) => {
    const weighted = mul(g, node);
    return [sub(weighted, mul(node, reduceSum(weighted, [-1], true)))];
  },
  logSoftmax: (node, g) => [sub(g, mul(exp(node), reduceSum(g, [-1], true)))],
  gelu: (node, g) => [throughGelu(node, g)],
  // With y normalised, the gradient loses its mean and its part along y, and is scaled by 1 / std.
  normalize: (node, g) => {
    const x = node.inputs[0]!;
    const { epsilon } = node.op;
    const y = normalize(x, epsilon);
    const along = mul(y, reduceMean(mul(g, y), [-1], true));
    return [mul(sub(sub(g, reduceMean(g, [-1], true)), along), inverseStd(x, epsilon))];
  },
  // s = (var + ε)^(−1/2):  ∂s/∂x = −s² · y / n
  inverseStd: (node, g) => {
    const x = node.inputs[0]!;
    const size = x.shape.at(-1) as number;
    return [mul(mul(mul(g, square(node)), normalize(x, node.op.epsilon)), -1 / size)];
  },
  rotary: ({ inputs: [x, cosines, sines] }, g) => {
    const [even, odd] = splitPairs(x!);
    const [gEven, gOdd] = splitPairs(g);
    return [
      rotary(g, cosines!, neg(sines!)),
      add(mul(gEven, even), mul(gOdd, odd)),
      sub(mul(gOdd, even), mul(gEven, odd)),
    ];
  },
};
