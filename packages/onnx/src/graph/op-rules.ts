import { type Attribute, type Dim, MICROSOFT_DOMAIN, type OnnxNode, type ValueType } from "../model.ts";
import { DATA_TYPES, type DataType, type Tensor, tensorNumbers } from "../tensor.ts";
import {
  broadcastShapes,
  normalizeAxis,
  printShape,
  type Shape,
  ShapeError,
  UNKNOWN_DIM,
  unifyDims,
} from "./shape.ts";

/** What a rule may look at while it infers a node's outputs. */
export interface NodeView {
  readonly node: OnnxNode;
  /** null: an optional input that was left out */
  readonly inputs: readonly (ValueType | null)[];
  /** values of the input when it is a constant */
  readonly constants: readonly (Tensor | null)[];
}

export interface OpRule {
  /** least and most number of inputs */
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly attributes: Readonly<Record<string, Attribute["kind"]>>;
  /** @throws ShapeError when the inputs do not fit the op */
  readonly infer: (view: NodeView) => ValueType[];
}

type ShapeRule = (view: NodeView, shape: Shape) => Shape | null;

const FLOAT_TYPES: readonly DataType[] = ["float32", "float64", "float16"];
const ONNX_TYPE_BY_CODE: Record<number, DataType> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
};

/** TensorProto.DataType code of an element type, as Cast's `to` wants it. */
export function dataTypeCode(dtype: DataType): number {
  const entry = Object.entries(ONNX_TYPE_BY_CODE).find(([, known]) => known === dtype);
  return Number(entry![0]);
}

export function intAttribute(node: OnnxNode, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

export function intsAttribute(node: OnnxNode, name: string): readonly number[] | null {
  const attribute = node.attributes[name];
  return attribute?.kind === "ints" ? attribute.value : null;
}

function input(view: NodeView, index: number): ValueType {
  const type = view.inputs[index];
  if (!type) throw new ShapeError(`input ${index} is missing`);
  return type;
}

function constantIntegers(view: NodeView, index: number): number[] | null {
  const tensor = view.constants[index];
  return tensor ? tensorNumbers(tensor) : null;
}

function requireType(type: ValueType, allowed: readonly DataType[], what: string): void {
  if (!allowed.includes(type.dtype))
    throw new ShapeError(`${what} is ${type.dtype}, not ${allowed.join(" or ")}`);
}

function sameType(view: NodeView, indices: readonly number[]): DataType {
  const first = input(view, indices[0]!).dtype;
  for (const index of indices) {
    const { dtype } = input(view, index);
    if (dtype !== first) throw new ShapeError(`inputs of types ${first} and ${dtype}`);
  }
  return first;
}

const allInputs = (view: NodeView): number[] => view.inputs.map((_, index) => index);

function broadcastAll(types: readonly ValueType[]): Shape | null {
  let shape: Shape = [];
  for (const type of types) {
    if (type.shape === null) return null;
    shape = broadcastShapes(shape, type.shape);
  }
  return shape;
}

/** Same element type and shape out as in. */
function elementwise(allowed: readonly DataType[], attributes: OpRule["attributes"] = {}): OpRule {
  return {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes,
    infer: (view) => {
      requireType(input(view, 0), allowed, "input");
      return [input(view, 0)];
    },
  };
}

function broadcasting(inputs: readonly [number, number], result?: DataType): OpRule {
  return {
    inputs,
    outputs: [1, 1],
    attributes: {},
    infer: (view) => {
      const dtype = sameType(view, allInputs(view));
      return [{ dtype: result ?? dtype, shape: broadcastAll(view.inputs as ValueType[]) }];
    },
  };
}

/** One data input whose element type the output keeps; `shape` computes the new shape. */
function reshaping(
  inputs: readonly [number, number],
  attributes: OpRule["attributes"],
  shape: ShapeRule,
): OpRule {
  return {
    inputs,
    outputs: [1, 1],
    attributes,
    infer: (view) => {
      const data = input(view, 0);
      return [{ dtype: data.dtype, shape: data.shape === null ? null : shape(view, data.shape) }];
    },
  };
}

const reduction = reshaping([1, 2], { keepdims: "int", noop_with_empty_axes: "int" }, (view, shape) => {
  const axes = view.inputs[1] ? constantIntegers(view, 1) : shape.map((_, axis) => axis);
  if (axes === null) return null;
  const reduced = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)));
  const keep = intAttribute(view.node, "keepdims", 1) === 1;
  return shape.flatMap((dim, axis): Dim[] => (reduced.has(axis) ? (keep ? [1] : []) : [dim]));
});

const softmaxLike: OpRule = {
  ...elementwise(FLOAT_TYPES, { axis: "int" }),
  infer: (view) => {
    const data = input(view, 0);
    requireType(data, FLOAT_TYPES, "input");
    if (data.shape) normalizeAxis(intAttribute(view.node, "axis", -1), data.shape.length);
    return [data];
  },
};

function transposeLastTwo(shape: Shape, transposed: boolean): Shape {
  if (!transposed) return shape;
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
}

function matMulShape(a: Shape | null, b: Shape | null): Shape | null {
  if (a === null || b === null) return null;
  if (a.length === 0 || b.length === 0)
    throw new ShapeError("a scalar cannot be a factor of a matrix product");
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  try {
    unifyDims(left.at(-1)!, right.at(-2)!);
  } catch {
    throw new ShapeError(`${printShape(a)} times ${printShape(b)}: inner sizes differ`);
  }
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)!]), ...(b.length === 1 ? [] : [right.at(-1)!])];
}

const matMul: OpRule = {
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer: (view) => [
    { dtype: sameType(view, [0, 1]), shape: matMulShape(input(view, 0).shape, input(view, 1).shape) },
  ],
};

const fusedMatMul: OpRule = {
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { alpha: "float", transA: "int", transB: "int", transBatchA: "int", transBatchB: "int" },
  infer: (view) => {
    const a = input(view, 0).shape;
    const b = input(view, 1).shape;
    const left = a && transposeLastTwo(a, intAttribute(view.node, "transA", 0) === 1);
    const right = b && transposeLastTwo(b, intAttribute(view.node, "transB", 0) === 1);
    return [{ dtype: sameType(view, [0, 1]), shape: matMulShape(left, right) }];
  },
};

const gemm: OpRule = {
  inputs: [2, 3],
  outputs: [1, 1],
  attributes: { alpha: "float", beta: "float", transA: "int", transB: "int" },
  infer: (view) => {
    const dtype = sameType(view, allInputs(view));
    const [a, b] = [input(view, 0).shape, input(view, 1).shape];
    if (a === null || b === null) return [{ dtype, shape: null }];
    if (a.length !== 2 || b.length !== 2)
      throw new ShapeError(`Gemm wants matrices, not ${printShape(a)} and ${printShape(b)}`);
    const product = matMulShape(
      transposeLastTwo(a, intAttribute(view.node, "transA", 0) === 1),
      transposeLastTwo(b, intAttribute(view.node, "transB", 0) === 1),
    )!;
    const bias = view.inputs[2]?.shape;
    if (bias && printShape(broadcastShapes(product, bias)) !== printShape(product)) {
      throw new ShapeError(`bias ${printShape(bias)} is wider than the product ${printShape(product)}`);
    }
    return [{ dtype, shape: product }];
  },
};

const reshape = reshaping([2, 2], { allowzero: "int" }, (view, shape) => {
  const target = constantIntegers(view, 1);
  if (target === null) {
    const targetShape = view.inputs[1]?.shape;
    const rank = targetShape?.[0];
    return typeof rank === "number" ? Array.from({ length: rank }, () => UNKNOWN_DIM) : null;
  }
  const copied = target.map((size, axis): Dim => {
    if (size !== 0) return size;
    if (axis >= shape.length) throw new ShapeError(`Reshape copies axis ${axis} of ${printShape(shape)}`);
    return shape[axis]!;
  });
  if (copied.filter((dim) => dim === -1).length > 1) throw new ShapeError("Reshape with more than one -1");
  return resolveInferredDim(shape, copied);
});

/** Replaces -1 by what is left once the sizes and names that both sides share are divided out. */
function resolveInferredDim(from: Shape, to: readonly Dim[]): Shape {
  const fromNames = from.filter((dim) => typeof dim === "string");
  const restNames = [...fromNames];
  for (const dim of to) {
    if (typeof dim !== "string") continue;
    const at = restNames.indexOf(dim);
    if (at >= 0) restNames.splice(at, 1);
  }
  const sizeOf = (dims: readonly Dim[]): number =>
    dims.reduce<number>(
      (product, dim) => (typeof dim === "number" && dim !== -1 ? product * dim : product),
      1,
    );
  const [fromSize, toSize] = [sizeOf(from), sizeOf(to)];
  if (!to.includes(-1)) {
    if (restNames.length === 0 && fromSize !== toSize) {
      throw new ShapeError(`Reshape of ${printShape(from)} to ${printShape(to)}: element counts differ`);
    }
    return to;
  }
  if (restNames.length === 0) {
    if (toSize === 0 || fromSize % toSize !== 0) {
      throw new ShapeError(
        `Reshape of ${printShape(from)} to ${printShape(to)}: ${toSize} does not divide ${fromSize}`,
      );
    }
    return to.map((dim) => (dim === -1 ? fromSize / toSize : dim));
  }
  const inferred = restNames.length === 1 && fromSize === toSize ? restNames[0]! : UNKNOWN_DIM;
  return to.map((dim) => (dim === -1 ? inferred : dim));
}

const transpose = reshaping([1, 1], { perm: "ints" }, (view, shape) => {
  const permutation = intsAttribute(view.node, "perm") ?? shape.map((_, axis) => shape.length - 1 - axis);
  const isPermutation =
    permutation.length === shape.length && shape.every((_, axis) => permutation.includes(axis));
  if (!isPermutation) throw new ShapeError(`perm [${permutation}] does not permute ${printShape(shape)}`);
  return permutation.map((axis) => shape[axis]!);
});

const expand = reshaping([2, 2], {}, (view, shape) => {
  const target = constantIntegers(view, 1);
  return target === null ? null : broadcastShapes(shape, target);
});

const slice = reshaping([3, 5], {}, (view, shape) => {
  const [starts, ends] = [constantIntegers(view, 1), constantIntegers(view, 2)];
  const axes = view.inputs[3] ? constantIntegers(view, 3) : (starts?.map((_, axis) => axis) ?? null);
  const steps = view.inputs[4] ? constantIntegers(view, 4) : (starts?.map(() => 1) ?? null);
  const result: Dim[] = [...shape];
  if (axes === null) return shape.map(() => UNKNOWN_DIM);
  axes.forEach((rawAxis, k) => {
    const axis = normalizeAxis(rawAxis, shape.length);
    const dim = shape[axis]!;
    if (typeof dim !== "number" || !starts || !ends || !steps) result[axis] = UNKNOWN_DIM;
    else result[axis] = slicedSize(dim, starts[k]!, ends[k]!, steps[k]!);
  });
  return result;
});

function slicedSize(size: number, start: number, end: number, step: number): number {
  if (step === 0) throw new ShapeError("Slice with step 0");
  const clamp = (index: number): number => {
    const shifted = index < 0 ? index + size : index;
    return step > 0 ? Math.min(Math.max(shifted, 0), size) : Math.min(Math.max(shifted, -1), size - 1);
  };
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
}

const concat: OpRule = {
  inputs: [1, Number.POSITIVE_INFINITY],
  outputs: [1, 1],
  attributes: { axis: "int" },
  infer: (view) => {
    const dtype = sameType(view, allInputs(view));
    const shapes = view.inputs.map((type) => type!.shape);
    if (shapes.includes(null)) return [{ dtype, shape: null }];
    const [first, ...rest] = shapes as Shape[];
    const axis = normalizeAxis(intAttribute(view.node, "axis", Number.NaN), first!.length);
    const result = rest.reduce<Shape>((left, right) => {
      if (left.length !== right.length)
        throw new ShapeError(`Concat of ${printShape(left)} and ${printShape(right)}`);
      return left.map((dim, k) => {
        if (k !== axis) return unifyDims(dim, right[k]!);
        const other = right[k]!;
        return typeof dim === "number" && typeof other === "number" ? dim + other : UNKNOWN_DIM;
      });
    }, first!);
    return [{ dtype, shape: result }];
  },
};

const gather: OpRule = {
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { axis: "int" },
  infer: (view) => {
    const data = input(view, 0);
    const indices = input(view, 1);
    requireType(indices, ["int64", "int32"], "indices");
    if (data.shape === null || indices.shape === null) return [{ dtype: data.dtype, shape: null }];
    const axis = normalizeAxis(intAttribute(view.node, "axis", 0), data.shape.length);
    return [
      {
        dtype: data.dtype,
        shape: [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)],
      },
    ];
  },
};

const gatherElements: OpRule = {
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { axis: "int" },
  infer: (view) => {
    requireType(input(view, 1), ["int64", "int32"], "indices");
    return [{ dtype: input(view, 0).dtype, shape: input(view, 1).shape }];
  },
};

const scatterND: OpRule = {
  inputs: [3, 3],
  outputs: [1, 1],
  attributes: { reduction: "string" },
  infer: (view) => {
    requireType(input(view, 1), ["int64"], "indices");
    return [{ dtype: sameType(view, [0, 2]), shape: input(view, 0).shape }];
  },
};

const layerNormalization: OpRule = {
  inputs: [2, 3],
  outputs: [1, 3],
  attributes: { axis: "int", epsilon: "float", stash_type: "int" },
  infer: (view) => {
    const data = input(view, 0);
    requireType(data, FLOAT_TYPES, "input");
    sameType(view, allInputs(view));
    const axis = data.shape && normalizeAxis(intAttribute(view.node, "axis", -1), data.shape.length);
    const statistics: ValueType = {
      dtype: "float32",
      shape: data.shape?.map((dim, k) => (k >= axis! ? 1 : dim)) ?? null,
    };
    return [data, statistics, statistics];
  },
};

const where: OpRule = {
  inputs: [3, 3],
  outputs: [1, 1],
  attributes: {},
  infer: (view) => {
    requireType(input(view, 0), ["bool"], "condition");
    return [{ dtype: sameType(view, [1, 2]), shape: broadcastAll(view.inputs as ValueType[]) }];
  },
};

const cast: OpRule = {
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { to: "int", saturate: "int" },
  infer: (view) => {
    const dtype = ONNX_TYPE_BY_CODE[intAttribute(view.node, "to", 0)];
    if (dtype === undefined) throw new ShapeError("Cast to an unknown type");
    return [{ dtype, shape: input(view, 0).shape }];
  },
};

const shapeOp: OpRule = {
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { start: "int", end: "int" },
  infer: (view) => {
    const { shape } = input(view, 0);
    if (shape === null) return [{ dtype: "int64", shape: [UNKNOWN_DIM] }];
    const start = intAttribute(view.node, "start", 0);
    const end = intAttribute(view.node, "end", shape.length);
    return [{ dtype: "int64", shape: [slicedSize(shape.length, start, end, 1)] }];
  },
};

const range: OpRule = {
  inputs: [3, 3],
  outputs: [1, 1],
  attributes: {},
  infer: (view) => {
    const dtype = sameType(view, [0, 1, 2]);
    const values = [0, 1, 2].map((index) => constantIntegers(view, index)?.[0]);
    const [start, limit, delta] = values;
    if (start === undefined || limit === undefined || delta === undefined)
      return [{ dtype, shape: [UNKNOWN_DIM] }];
    return [{ dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
  },
};

const constantOfShape: OpRule = {
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { value: "tensor" },
  infer: (view) => {
    const value = view.node.attributes.value;
    return [
      { dtype: value?.kind === "tensor" ? value.value.dtype : "float32", shape: constantIntegers(view, 0) },
    ];
  },
};

const squeeze = reshaping([1, 2], {}, (view, shape) => {
  const axes = view.inputs[1]
    ? constantIntegers(view, 1)
    : shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  if (axes === null) return null;
  const removed = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)));
  for (const axis of removed) {
    if (typeof shape[axis] === "number" && shape[axis] !== 1)
      throw new ShapeError(`Squeeze of axis ${axis} of ${printShape(shape)}`);
  }
  return shape.filter((_, axis) => !removed.has(axis));
});

const unsqueeze = reshaping([2, 2], {}, (view, shape) => {
  const axes = constantIntegers(view, 1);
  if (axes === null) return null;
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
  const rest = shape.values();
  return Array.from({ length: rank }, (_, axis): Dim => (added.has(axis) ? 1 : rest.next().value!));
});

const pad = reshaping([2, 4], { mode: "string" }, (view, shape) => {
  const pads = constantIntegers(view, 1);
  if (pads === null || view.inputs[3]) return shape.map(() => UNKNOWN_DIM);
  return shape.map((dim, axis) =>
    typeof dim === "number" ? dim + pads[axis]! + pads[axis + shape.length]! : UNKNOWN_DIM,
  );
});

const split: OpRule = {
  inputs: [1, 2],
  outputs: [1, Number.POSITIVE_INFINITY],
  attributes: { axis: "int", num_outputs: "int" },
  infer: (view) => {
    const { dtype, shape } = input(view, 0);
    const count = view.node.outputs.length;
    if (shape === null) return Array.from({ length: count }, () => ({ dtype, shape: null }));
    const axis = normalizeAxis(intAttribute(view.node, "axis", 0), shape.length);
    const dim = shape[axis]!;
    const sizes = view.inputs[1] ? constantIntegers(view, 1) : null;
    return Array.from({ length: count }, (_, k) => {
      const even =
        typeof dim === "number"
          ? Math.min(Math.ceil(dim / count), dim - k * Math.ceil(dim / count))
          : UNKNOWN_DIM;
      return { dtype, shape: shape.map((old, at) => (at === axis ? (sizes?.[k] ?? even) : old)) };
    });
  },
};

const cumSum: OpRule = {
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { exclusive: "int", reverse: "int" },
  infer: (view) => [input(view, 0)],
};

const trilu: OpRule = { ...elementwise(DATA_TYPES, { upper: "int" }), inputs: [1, 2] };

const argMax = reshaping(
  [1, 1],
  { axis: "int", keepdims: "int", select_last_index: "int" },
  (view, shape) => {
    const axis = normalizeAxis(intAttribute(view.node, "axis", 0), shape.length);
    const keep = intAttribute(view.node, "keepdims", 1) === 1;
    return shape.flatMap((dim, k): Dim[] => (k === axis ? (keep ? [1] : []) : [dim]));
  },
);

const conv: OpRule = {
  inputs: [2, 3],
  outputs: [1, 1],
  attributes: {
    dilations: "ints",
    group: "int",
    kernel_shape: "ints",
    pads: "ints",
    strides: "ints",
    auto_pad: "string",
  },
  infer: (view) => {
    const dtype = sameType(view, allInputs(view));
    const [x, w] = [input(view, 0).shape, input(view, 1).shape];
    if (x === null || w === null) return [{ dtype, shape: null }];
    const group = intAttribute(view.node, "group", 1);
    if (typeof x[1] === "number" && typeof w[1] === "number" && x[1] !== w[1] * group) {
      throw new ShapeError(`Conv of ${printShape(x)} with kernel ${printShape(w)} in ${group} groups`);
    }
    return [
      {
        dtype,
        shape: [
          x[0]!,
          w[0]!,
          ...x.slice(2).map((dim, k) => convolvedSize(view.node, dim, w[k + 2]!, k, x.length - 2)),
        ],
      },
    ];
  },
};

function convolvedSize(node: OnnxNode, dim: Dim, kernel: Dim, axis: number, rank: number): Dim {
  if (typeof dim !== "number" || typeof kernel !== "number") return UNKNOWN_DIM;
  const pads = intsAttribute(node, "pads");
  const [before, after] = [pads?.[axis] ?? 0, pads?.[axis + rank] ?? 0];
  const reach = (kernel - 1) * (intsAttribute(node, "dilations")?.[axis] ?? 1) + 1;
  return Math.floor((dim + before + after - reach) / (intsAttribute(node, "strides")?.[axis] ?? 1)) + 1;
}

const convTranspose: OpRule = {
  ...conv,
  attributes: { ...conv.attributes, output_padding: "ints", output_shape: "ints" },
  infer: (view) => {
    const dtype = sameType(view, allInputs(view));
    const [x, w] = [input(view, 0).shape, input(view, 1).shape];
    if (x === null || w === null) return [{ dtype, shape: null }];
    const rank = x.length - 2;
    const group = intAttribute(view.node, "group", 1);
    const channels = typeof w[1] === "number" ? w[1] * group : UNKNOWN_DIM;
    const sizes = x.slice(2).map((dim, k): Dim => {
      const kernel = w[k + 2]!;
      if (typeof dim !== "number" || typeof kernel !== "number") return UNKNOWN_DIM;
      const pads = intsAttribute(view.node, "pads");
      const stride = intsAttribute(view.node, "strides")?.[k] ?? 1;
      const dilation = intsAttribute(view.node, "dilations")?.[k] ?? 1;
      const extra = intsAttribute(view.node, "output_padding")?.[k] ?? 0;
      return (
        stride * (dim - 1) + extra + (kernel - 1) * dilation + 1 - (pads?.[k] ?? 0) - (pads?.[k + rank] ?? 0)
      );
    });
    return [{ dtype, shape: [x[0]!, channels, ...sizes] }];
  },
};

const dynamicQuantizeLinear: OpRule = {
  inputs: [1, 1],
  outputs: [3, 3],
  attributes: {},
  infer: (view) => {
    requireType(input(view, 0), ["float32"], "input");
    return [
      { dtype: "uint8", shape: input(view, 0).shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ];
  },
};

const matMulInteger: OpRule = {
  inputs: [2, 4],
  outputs: [1, 1],
  attributes: {},
  infer: (view) => {
    requireType(input(view, 0), ["uint8", "int8"], "left factor");
    requireType(input(view, 1), ["uint8", "int8"], "right factor");
    return [{ dtype: "int32", shape: matMulShape(input(view, 0).shape, input(view, 1).shape) }];
  },
};

const rotaryEmbedding: OpRule = {
  inputs: [4, 4],
  outputs: [1, 1],
  attributes: {
    interleaved: "int",
    num_heads: "int",
    rotary_embedding_dim: "int",
    scale: "float",
    is_packed_batching: "int",
  },
  infer: (view) => {
    requireType(input(view, 1), ["int64"], "position ids");
    sameType(view, [0, 2, 3]);
    return [input(view, 0)];
  },
};

const pow: OpRule = {
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer: (view) => [{ dtype: input(view, 0).dtype, shape: broadcastAll(view.inputs as ValueType[]) }],
};

const NUMERIC = DATA_TYPES.filter((dtype) => dtype !== "bool");
const unary = elementwise(FLOAT_TYPES);
const binary = broadcasting([2, 2]);
const comparison = broadcasting([2, 2], "bool");
const variadic = broadcasting([1, Number.POSITIVE_INFINITY]);

const ONNX_RULES: Record<string, OpRule> = {
  Abs: elementwise(NUMERIC),
  Add: binary,
  And: comparison,
  ArgMax: { ...argMax, infer: (view) => [{ ...argMax.infer(view)[0]!, dtype: "int64" }] },
  Cast: cast,
  Ceil: unary,
  Clip: { ...elementwise(NUMERIC), inputs: [1, 3] },
  Concat: concat,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  ConvTranspose: convTranspose,
  Cos: unary,
  CumSum: cumSum,
  Div: binary,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  Equal: comparison,
  Erf: unary,
  Exp: unary,
  Expand: expand,
  Floor: unary,
  Gather: gather,
  GatherElements: gatherElements,
  Gelu: elementwise(FLOAT_TYPES, { approximate: "string" }),
  Gemm: gemm,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Identity: elementwise(DATA_TYPES),
  LayerNormalization: layerNormalization,
  Less: comparison,
  LessOrEqual: comparison,
  Log: unary,
  LogSoftmax: softmaxLike,
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  Max: variadic,
  Min: variadic,
  Mul: binary,
  Neg: elementwise(NUMERIC),
  Not: elementwise(["bool"]),
  Or: comparison,
  Pad: pad,
  Pow: pow,
  Range: range,
  Reciprocal: unary,
  ReduceL2: reduction,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceMin: reduction,
  ReduceSum: reduction,
  Relu: elementwise(NUMERIC),
  Reshape: reshape,
  ScatterND: scatterND,
  Shape: shapeOp,
  Sigmoid: unary,
  Sign: elementwise(NUMERIC),
  Sin: unary,
  Slice: slice,
  Softmax: softmaxLike,
  Softplus: unary,
  Split: split,
  Sqrt: unary,
  Squeeze: squeeze,
  Sub: binary,
  Tanh: unary,
  Transpose: transpose,
  Trilu: trilu,
  Unsqueeze: unsqueeze,
  Where: where,
};

const MICROSOFT_RULES: Record<string, OpRule> = {
  FusedMatMul: fusedMatMul,
  Gelu: unary,
  RotaryEmbedding: rotaryEmbedding,
};

/** The rule of an op, or null for an op that this package does not know. */
export function findOpRule(domain: string, op: string): OpRule | null {
  if (domain === "") return ONNX_RULES[op] ?? null;
  if (domain === MICROSOFT_DOMAIN) return MICROSOFT_RULES[op] ?? null;
  return null;
}

/** All ops of a domain that have a rule. */
export function knownOps(domain: string): string[] {
  return Object.keys(domain === "" ? ONNX_RULES : domain === MICROSOFT_DOMAIN ? MICROSOFT_RULES : {});
}
