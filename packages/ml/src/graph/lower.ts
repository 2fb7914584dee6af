import {
  type DataType,
  type Dim,
  dataTypeCode,
  float,
  GraphBuilder,
  MICROSOFT_DOMAIN,
  type OnnxModel,
  pruneModel,
  type Tensor,
  tensorOf,
  type Value,
} from "@cool-papers/onnx";
import { decompose } from "./decompose.ts";
import { type DType, isKind, type Node, type OpKind, topologicalOrder } from "./node.ts";
import { GraphError, sameShape } from "./ops.ts";

/**
 * What the graph is lowered for.
 * - `cpu`: Gemm, FusedMatMul and contrib kernels of onnxruntime's CPU provider.
 * - `portable`: ONNX ops that the WebGPU and CUDA providers run too.
 */
export interface LoweringTarget {
  readonly opSet: "cpu" | "portable";
  readonly precision: "float32" | "float64";
}

export const CPU_TARGET: LoweringTarget = { opSet: "cpu", precision: "float32" };

export interface LowerOptions {
  readonly target: LoweringTarget;
  /** Parameters given here become constants of the model; the others become inputs. */
  readonly constants?: ReadonlyMap<string, Tensor>;
  /** Name of the ONNX graph; "train" when left out */
  readonly graphName?: string;
  /** Integer inputs are int64, as other tools feed them; int32 when left out */
  readonly hasInt64Inputs?: boolean;
}

export interface LoweredGraph {
  readonly model: OnnxModel;
  /** leaves that have to be fed, in the order of the model's inputs */
  readonly inputs: readonly Node<"input">[];
  readonly parameters: readonly Node<"parameter">[];
}

interface Context {
  readonly builder: GraphBuilder;
  readonly target: LoweringTarget;
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly hasInt64Inputs: boolean;
  /** Nodes of equal op and inputs are computed once. */
  readonly valueByKey: Map<string, Value>;
  readonly useCounts: ReadonlyMap<Node, number>;
  readonly sums: OuterSums;
  readonly valueOf: Map<Node, Value>;
}

type LowerRule<K extends OpKind> = (context: Context, node: Node<K>, inputs: readonly Value[]) => Value;

/** Lowers the named results to one ONNX graph. Names of inputs and parameters become the names of its inputs. */
export function lowerGraph(outputs: ReadonlyMap<string, Node>, options: LowerOptions): LoweredGraph {
  const order = topologicalOrder([...outputs.values()]);
  const builder = new GraphBuilder(options.graphName ?? "train");
  const context: Context = {
    builder,
    target: options.target,
    constants: options.constants ?? new Map(),
    hasInt64Inputs: options.hasInt64Inputs ?? false,
    valueByKey: new Map(),
    useCounts: countUses(order, outputs.values()),
    sums: countOuterSums(order),
    valueOf: new Map(),
  };
  for (const node of order) context.valueOf.set(node, lowerNode(context, node));
  for (const [name, node] of outputs) builder.output(name, context.valueOf.get(node)!, node.shape);
  return {
    // A fused op leaves the parts that it replaces without a reader.
    model: pruneModel(builder.build()),
    inputs: distinctLeaves(order, "input"),
    parameters: distinctLeaves(order, "parameter").filter(({ op }) => !context.constants.has(op.name)),
  };
}

function countUses(order: readonly Node[], roots: Iterable<Node>): Map<Node, number> {
  const counts = new Map<Node, number>();
  const count = (node: Node): unknown => counts.set(node, (counts.get(node) ?? 0) + 1);
  for (const node of order) node.inputs.forEach(count);
  for (const root of roots) count(root);
  return counts;
}

/** How many products aᵀ·b of matrices a tensor is the left or the right factor of. */
interface OuterSums {
  readonly left: ReadonlyMap<Node, number>;
  readonly right: ReadonlyMap<Node, number>;
}

const isOuterSum = (node: Node): node is Node<"matmul"> =>
  isKind(node, "matmul") && node.shape.length === 2 && node.op.transposeA && !node.op.transposeB;

/** The tensor whose values these are, in another shape. */
function unshaped(node: Node): Node {
  return isKind(node, "reshape") ? unshaped(node.inputs[0]!) : node;
}

function countOuterSums(order: readonly Node[]): OuterSums {
  const [left, right] = [new Map<Node, number>(), new Map<Node, number>()];
  for (const node of order.filter(isOuterSum)) {
    for (const [counts, factor] of [
      [left, node.inputs[0]!],
      [right, node.inputs[1]!],
    ] as const) {
      counts.set(unshaped(factor), (counts.get(unshaped(factor)) ?? 0) + 1);
    }
  }
  return { left, right };
}

function distinctLeaves<K extends "input" | "parameter">(order: readonly Node[], kind: K): Node<K>[] {
  const byName = new Map<string, Node<K>>();
  for (const node of order) {
    if (!isKind(node, kind)) continue;
    const { name } = node.op as { readonly name: string };
    if (!byName.has(name)) byName.set(name, node);
  }
  return [...byName.values()];
}

function lowerNode(context: Context, node: Node): Value {
  const inputs = node.inputs.map((input) => context.valueOf.get(input)!);
  // JSON writes infinities as null.
  const op = isKind(node, "constant") ? `constant ${node.op.values}` : JSON.stringify(node.op);
  const key = `${op} ${node.dtype} [${node.shape}] ${inputs.map(({ name }) => name)}`;
  const known = context.valueByKey.get(key);
  if (known) return known;
  const rule = LOWERING[node.op.kind] as LowerRule<OpKind>;
  const value = rule(context, node, inputs);
  context.valueByKey.set(key, value);
  return value;
}

function dataType(context: Context, dtype: DType): DataType {
  if (dtype === "float") return context.target.precision;
  return dtype === "int" ? "int32" : "bool";
}

/** Lowers an expression of further nodes whose leaves are already lowered. */
function lowerExpression(context: Context, root: Node): Value {
  for (const node of topologicalOrder([root])) {
    if (!context.valueOf.has(node)) context.valueOf.set(node, lowerNode(context, node));
  }
  return context.valueOf.get(root)!;
}

function lowerDecomposed(context: Context, node: Node): Value {
  return lowerExpression(context, decompose(node)!);
}

/** An ONNX op of the same inputs and no attributes. */
const plain =
  (op: string): LowerRule<OpKind> =>
  ({ builder }, _, inputs) =>
    builder.op(op, inputs);

const reduction =
  (op: string): LowerRule<"reduceSum" | "reduceMean" | "reduceMax"> =>
  ({ builder }, node, [x]) =>
    builder.op(op, [x!, builder.integers(node.op.axes)], { keepdims: node.op.keepDims ? 1 : 0 });

/**
 * Sums over all rows, as gradients of biases are, by a product with a row of ones: with two threads onnxruntime's ReduceSum
 * over leading axes takes more than twice the time that it takes with one.
 */
const lowerReduceSum: LowerRule<"reduceSum"> = (context, node, inputs) => {
  const [x] = inputs as [Value];
  const { shape } = node.inputs[0]!;
  const { axes, keepDims } = node.op;
  const isOverRows =
    axes.length > 0 && axes.length === shape.length - 1 && axes.every((axis, k) => axis === k);
  const { builder, target } = context;
  if (target.opSet !== "cpu" || target.precision !== "float32" || !isOverRows || !isStatic(node.inputs[0]!))
    return reduction("ReduceSum")(context, node, inputs);
  const columns = shape.at(-1) as number;
  const rows = axes.reduce<number>((product, axis) => product * (shape[axis] as number), 1);
  const ones = builder.constant(tensorOf("float32", [1, rows], new Float32Array(rows).fill(1)));
  const matrix = axes.length === 1 ? x : builder.op("Reshape", [x, builder.integers([rows, columns])]);
  const sum = builder.op("MatMul", [ones, matrix]);
  const wanted = keepDims ? shape.map((_, axis) => (axis < axes.length ? 1 : columns)) : [columns];
  return builder.op("Reshape", [sum, builder.integers(wanted)]);
};

/** Reshape's target: a symbolic size is copied from the same axis (0) or left to be inferred (−1). */
function reshapeTarget(from: readonly Dim[], to: readonly Dim[]): number[] {
  const target = to.map((dim, axis) => (typeof dim === "number" ? dim : from[axis] === dim ? 0 : -1));
  if (target.filter((size) => size === -1).length > 1) {
    throw new GraphError(`reshape of [${from}] to [${to}] leaves more than one size open`);
  }
  return target;
}

const isStatic = (node: Node): boolean => node.shape.every((dim) => typeof dim === "number");

/**
 * aᵀ·b sums over the rows of both, as gradients of weights do. onnxruntime turns the left factor anew for every 128 columns of the
 * result, which costs a fifth of the time: a factor of several such products is turned once for all of them. Null where
 * that does not pay.
 */
function lowerOuterSum(context: Context, node: Node<"matmul">, a: Value, b: Value): Value | null {
  const turning = turnedFactor(context, node);
  if (turning === null) return null;
  const { builder } = context;
  const attributes = { alpha: float(node.op.alpha) };
  if (turning === "left") return builder.op("Gemm", [turned(context, a), b], attributes);
  return turned(context, builder.op("Gemm", [turned(context, b), a], attributes));
}

const MIN_SHARING_PRODUCTS = 2;

/** Which factor of aᵀ·b is worth turning: the right one where the result is turned instead, the small one of the two. */
function turnedFactor({ target, sums }: Context, node: Node<"matmul">): "left" | "right" | null {
  if (target.opSet !== "cpu" || !isOuterSum(node) || !isStatic(node)) return null;
  const [left, right] = node.inputs.map(unshaped) as [Node, Node];
  if (sums.left.get(left)! >= MIN_SHARING_PRODUCTS) return "left";
  return sums.right.get(right)! >= MIN_SHARING_PRODUCTS ? "right" : null;
}

/** The transpose of a matrix, made once. */
function turned({ builder, valueByKey }: Context, value: Value): Value {
  const key = `turned ${value.name}`;
  const known = valueByKey.get(key);
  if (known) return known;
  const result = builder.op("Transpose", [value], { perm: [1, 0] });
  valueByKey.set(key, result);
  return result;
}

const lowerMatmul: LowerRule<"matmul"> = (context, node, [a, b]) => {
  const outerSum = lowerOuterSum(context, node, a!, b!);
  if (outerSum) return outerSum;
  const { builder, target } = context;
  const { transposeA, transposeB, alpha } = node.op;
  const [left, right] = node.inputs as [Node, Node];
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: float(alpha) };
  if (left.shape.length === 2 && right.shape.length === 2 && (transposeA || transposeB || alpha !== 1)) {
    return builder.op("Gemm", [a!, b!], attributes);
  }
  if (!transposeA && !transposeB && alpha === 1) return builder.op("MatMul", [a!, b!]);
  if (target.opSet === "cpu" && target.precision === "float32") {
    return builder.op("FusedMatMul", [a!, b!], attributes, { domain: MICROSOFT_DOMAIN });
  }
  const turned = (value: Value, isTurned: boolean): Value => {
    const rank = value.shape!.length;
    const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
    return isTurned ? builder.op("Transpose", [value], { perm }) : value;
  };
  const product = builder.op("MatMul", [turned(a!, transposeA), turned(b!, transposeB)]);
  return alpha === 1 ? product : builder.op("Mul", [product, builder.scalar(target.precision, alpha)]);
};

/** Mean and inverse standard deviation come out of LayerNormalization as float32, whatever goes in. */
function lowerNormalization(context: Context, node: Node<"normalize" | "inverseStd">, x: Value): Value {
  if (context.target.precision !== "float32" || context.target.opSet !== "cpu")
    return lowerDecomposed(context, node);
  const key = `LayerNormalization ${node.op.epsilon} ${x.name}`;
  const known = context.valueByKey.get(`${key} ${node.op.kind}`);
  if (known) return known;
  const { builder } = context;
  const size = node.inputs[0]!.shape.at(-1) as number;
  const ones = builder.constant(tensorOf("float32", [size], new Float32Array(size).fill(1)));
  const attributes = { axis: -1, epsilon: float(node.op.epsilon) };
  const [normalized, , inverse] = builder.ops("LayerNormalization", [x, ones], attributes, { outputs: 3 });
  context.valueByKey.set(`${key} normalize`, normalized!);
  context.valueByKey.set(`${key} inverseStd`, inverse!);
  return node.op.kind === "normalize" ? normalized! : inverse!;
}

/** sum + a·b as one Gemm that begins with the sum; null where this is no such addition. */
function lowerAccumulation(context: Context, node: Node<"add">, inputs: readonly Value[]): Value | null {
  if (context.target.opSet !== "cpu" || node.shape.length !== 2 || !isStatic(node)) return null;
  const isProduct = (term: Node): term is Node<"matmul"> =>
    isKind(term, "matmul") && context.useCounts.get(term) === 1 && sameShape(term.shape, node.shape);
  const at = [1, 0].find(
    (k) => isProduct(node.inputs[k]!) && sameShape(node.inputs[1 - k]!.shape, node.shape),
  );
  if (at === undefined) return null;
  const product = node.inputs[at] as Node<"matmul">;
  const { transposeA, transposeB, alpha } = product.op;
  const [a, b] = product.inputs.map((factor) => context.valueOf.get(factor)!);
  const turning = turnedFactor(context, product);
  if (turning === "right") return null;
  if (turning === "left")
    return context.builder.op("Gemm", [turned(context, a!), b!, inputs[1 - at]!], { alpha: float(alpha) });
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: float(alpha) };
  return context.builder.op("Gemm", [a!, b!, inputs[1 - at]!], attributes);
}

/**
 * normalize(x) · scale + bias as one LayerNormalization when nothing else reads the parts (inference graphs);
 * the backward pass needs the parts.
 */
const lowerAdd: LowerRule<"add"> = (context, node, inputs) => {
  const accumulated = lowerAccumulation(context, node, inputs);
  if (accumulated) return accumulated;
  const [product, bias] = node.inputs as [Node, Node];
  const [normalized, scale] = product.op.kind === "mul" ? (product.inputs as [Node, Node]) : [];
  const isAffineNorm =
    normalized?.op.kind === "normalize" &&
    scale?.shape.length === 1 &&
    bias.shape.length === 1 &&
    context.useCounts.get(normalized) === 1 &&
    context.useCounts.get(product) === 1 &&
    context.target.precision === "float32";
  if (!isAffineNorm) return context.builder.op("Add", inputs);
  const parts = [normalized.inputs[0]!, scale, bias].map((part) => context.valueOf.get(part)!);
  return context.builder.op("LayerNormalization", parts, { axis: -1, epsilon: float(normalized.op.epsilon) });
};

/** Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)) · 2/√π: onnxruntime has no Erf for float64. Good to 1e-12 for |x| ≤ 3. */
const ERF_TERMS = 48;
function lowerErfSeries({ builder }: Context, x: Value): Value {
  const real = (value: number): Value => builder.scalar("float64", value);
  const xSquared = builder.op("Mul", [x, x]);
  const coefficients: number[] = [];
  for (let n = 0, factorial = 1; n < ERF_TERMS; n++, factorial *= n)
    coefficients.push((-1) ** n / (factorial * (2 * n + 1)));
  const series = coefficients.reduceRight<Value>(
    (sum, coefficient) => builder.op("Add", [builder.op("Mul", [sum, xSquared]), real(coefficient)]),
    real(0),
  );
  return builder.op("Mul", [builder.op("Mul", [series, x]), real(2 / Math.sqrt(Math.PI))]);
}

/** A total table: an op that cannot be lowered does not compile. */
const LOWERING: { readonly [K in OpKind]: LowerRule<K> } = {
  input: (context, node) => {
    const { builder, hasInt64Inputs } = context;
    if (!hasInt64Inputs || node.dtype !== "int") {
      return builder.input(node.op.name, dataType(context, node.dtype), node.shape);
    }
    return builder.op("Cast", [builder.input(node.op.name, "int64", node.shape)], {
      to: dataTypeCode("int32"),
    });
  },
  parameter: (context, node) => {
    const { name } = node.op;
    const tensor = context.constants.get(name);
    if (tensor) return context.builder.initializer(name, tensor);
    return context.builder.input(name, context.target.precision, node.shape);
  },
  constant: (context, node) =>
    context.builder.constant(tensorOf(dataType(context, node.dtype), node.shape as number[], node.op.values)),

  neg: plain("Neg"),
  exp: plain("Exp"),
  log: plain("Log"),
  sqrt: plain("Sqrt"),
  reciprocal: plain("Reciprocal"),
  tanh: plain("Tanh"),
  sigmoid: plain("Sigmoid"),
  erf: (context, _, [x]) =>
    context.target.precision === "float64" ? lowerErfSeries(context, x!) : context.builder.op("Erf", [x!]),
  abs: plain("Abs"),
  sign: plain("Sign"),
  relu: plain("Relu"),
  sin: plain("Sin"),
  cos: plain("Cos"),
  not: plain("Not"),
  stopGradient: (_context, _node, [x]) => x!,

  add: lowerAdd,
  sub: plain("Sub"),
  mul: plain("Mul"),
  div: plain("Div"),
  maximum: plain("Max"),
  minimum: plain("Min"),
  equal: plain("Equal"),
  greater: plain("Greater"),
  greaterOrEqual: plain("GreaterOrEqual"),
  and: plain("And"),
  or: plain("Or"),
  where: plain("Where"),
  cast: (context, node, [x]) =>
    context.builder.op("Cast", [x!], { to: dataTypeCode(dataType(context, node.dtype)) }),

  reduceSum: lowerReduceSum,
  reduceMean: reduction("ReduceMean"),
  reduceMax: reduction("ReduceMax"),
  cumSum: ({ builder }, node, [x]) =>
    builder.op("CumSum", [x!, builder.scalar("int64", node.op.axis)], { reverse: node.op.reverse ? 1 : 0 }),

  reshape: ({ builder }, node, [x]) =>
    builder.op(
      "Reshape",
      [x!, builder.integers(reshapeTarget(node.inputs[0]!.shape, node.shape))],
      {},
      {
        types: [{ dtype: x!.dtype, shape: node.shape }],
      },
    ),
  transpose: ({ builder }, node, [x]) => builder.op("Transpose", [x!], { perm: node.op.perm }),
  expand: ({ builder }, node, [x]) => {
    const target = node.shape.map((dim) => (typeof dim === "number" ? dim : 1));
    const source = node.inputs[0]!.shape;
    node.shape.forEach((dim, axis) => {
      if (typeof dim === "string" && source[axis - node.shape.length + source.length] !== dim) {
        throw new GraphError(`expand of [${source}] to [${node.shape}]: the size of ${dim} is not known`);
      }
    });
    return builder.op("Expand", [x!, builder.integers(target)]);
  },
  slice: ({ builder }, node, [x]) => {
    const { axis, start, end } = node.op;
    const bounds = [[start], [end], [axis]].map((values) => builder.integers(values));
    return builder.op("Slice", [x!, ...bounds], {}, { types: [{ dtype: x!.dtype, shape: node.shape }] });
  },
  pad: (context, node, [x]) => {
    const { axis, before, after } = node.op;
    const pads = node.shape
      .map((_, k) => (k === axis ? before : 0))
      .concat(node.shape.map((_, k) => (k === axis ? after : 0)));
    return context.builder.op("Pad", [x!, context.builder.integers(pads)]);
  },
  concat: ({ builder }, node, inputs) => builder.op("Concat", inputs, { axis: node.op.axis }),
  indices: ({ builder }, node, [x]) => {
    const { axis } = node.op;
    const length = builder.op("Squeeze", [
      builder.op("Shape", [x!], { start: axis, end: axis + 1 }),
      builder.integers([0]),
    ]);
    const range = builder.op(
      "Range",
      [builder.scalar("int64", 0), length, builder.scalar("int64", 1)],
      {},
      {
        types: [{ dtype: "int64", shape: node.shape }],
      },
    );
    return builder.op("Cast", [range], { to: dataTypeCode("int32") });
  },

  matmul: lowerMatmul,
  linear: ({ builder }, _, inputs) => builder.op("Gemm", inputs),
  gatherRows: ({ builder }, _, inputs) => builder.op("Gather", inputs, { axis: 0 }),
  scatterRows: (context, node, [values, ids]) => {
    // CPU's ScatterND adds wrongly when several threads meet the same row: such gradients leave the graph as rows.
    const { hasDistinctIds } = node.op;
    if (!hasDistinctIds && context.target.opSet === "cpu" && context.target.precision === "float32") {
      throw new GraphError(
        "scatterRows runs outside the CPU graph: return its values and ids (see backend/step-graph.ts)",
      );
    }
    const { builder } = context;
    const [rows, ...rest] = node.shape as number[];
    const width = rest.reduce((product, size) => product * size, 1);
    const count = node.inputs[1]!.shape.reduce<number>((product, dim) => product * (dim as number), 1);
    const flatIds = builder.op("Reshape", [
      builder.op("Cast", [ids!], { to: dataTypeCode("int64") }),
      builder.integers([count, 1]),
    ]);
    const flatValues = builder.op("Reshape", [values!, builder.integers([count, width])]);
    const zeros = builder.op("Expand", [
      builder.scalar(context.target.precision, 0),
      builder.integers([rows!, width]),
    ]);
    const sums = builder.op(
      "ScatterND",
      [zeros, flatIds, flatValues],
      hasDistinctIds ? {} : { reduction: "add" },
    );
    return builder.op("Reshape", [sums, builder.integers(node.shape as number[])]);
  },

  softmax: ({ builder }, _, [x]) => builder.op("Softmax", [x!], { axis: -1 }),
  logSoftmax: (context, node, [x]) =>
    context.target.opSet === "cpu"
      ? context.builder.op("LogSoftmax", [x!], { axis: -1 })
      : lowerDecomposed(context, node),
  gelu: (context, node, [x]) => {
    if (context.target.precision !== "float32") return lowerDecomposed(context, node);
    return context.builder.op("Gelu", [x!], { approximate: node.op.approximate ? "tanh" : "none" });
  },
  normalize: (context, node, [x]) => lowerNormalization(context, node, x!),
  inverseStd: (context, node, [x]) => lowerNormalization(context, node, x!),
  rotary: (context, node, [x, cosines, sines]) => {
    const hasOneTable = node.inputs[1]!.shape.length === 2 && node.shape.length === 4;
    const isFused = hasOneTable && context.target.opSet === "cpu" && context.target.precision === "float32";
    if (!isFused) return lowerDecomposed(context, node);
    const start = context.builder.integers([0]);
    return context.builder.op(
      "RotaryEmbedding",
      [x!, start, cosines!, sines!],
      { interleaved: 1 },
      { domain: MICROSOFT_DOMAIN },
    );
  },
};

/** True when every size of every node is a number, as training graphs are. */
export function isStaticGraph(roots: readonly Node[]): boolean {
  return topologicalOrder(roots).every(isStatic);
}
