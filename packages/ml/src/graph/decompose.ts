import type { Node, OpKind } from "./node.ts";
import { topologicalOrder } from "./node.ts";
import {
  add,
  div,
  erf,
  exp,
  joinPairs,
  log,
  matmul,
  mul,
  reciprocal,
  reduceMax,
  reduceMean,
  reduceSum,
  splitPairs,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
} from "./ops.ts";

const LAST = [-1];

function variance(x: Node): { centred: Node; variance: Node } {
  const centred = sub(x, reduceMean(x, LAST, true));
  return { centred, variance: reduceMean(square(centred), LAST, true) };
}

/** The largest entry is subtracted so that exp cannot overflow; the result does not depend on it, nor does its gradient. */
function shifted(x: Node): Node {
  return sub(x, stopGradient(reduceMax(x, LAST, true)));
}

export const GELU_CUBIC = 0.044715;
export const GELU_SCALE = Math.sqrt(2 / Math.PI);

/** What each op with a kernel of its own means in elementary ops. */
const DECOMPOSITIONS: Partial<{ [K in OpKind]: (node: Node<K>) => Node }> = {
  linear: ({ inputs: [x, weight, bias] }) => add(matmul(x!, weight!), bias!),
  softmax: ({ inputs: [x] }) => {
    const weights = exp(shifted(x!));
    return div(weights, reduceSum(weights, LAST, true));
  },
  logSoftmax: ({ inputs: [x] }) => {
    const logits = shifted(x!);
    return sub(logits, log(reduceSum(exp(logits), LAST, true)));
  },
  gelu: ({ op, inputs: [input] }) => {
    const x = input!;
    const half = mul(x, 0.5);
    if (!op.approximate) return mul(half, add(erf(mul(x, Math.SQRT1_2)), 1));
    const inner = mul(add(x, mul(mul(square(x), x), GELU_CUBIC)), GELU_SCALE);
    return mul(half, add(tanh(inner), 1));
  },
  normalize: ({ op, inputs: [x] }) => {
    const parts = variance(x!);
    return div(parts.centred, sqrt(add(parts.variance, op.epsilon)));
  },
  inverseStd: ({ op, inputs: [x] }) => reciprocal(sqrt(add(variance(x!).variance, op.epsilon))),
  rotary: ({ inputs: [x, cosines, sines] }) => {
    const [even, odd] = splitPairs(x!);
    return joinPairs(sub(mul(even, cosines!), mul(odd, sines!)), add(mul(even, sines!), mul(odd, cosines!)));
  },
};

/** One step of decomposition; null for elementary ops. */
export function decompose(node: Node): Node | null {
  const rule = DECOMPOSITIONS[node.op.kind] as ((node: Node) => Node) | undefined;
  return rule ? rule(node) : null;
}

/** The same values written in elementary ops only. */
export function decomposeGraph(roots: readonly Node[]): Node[] {
  const rewritten = new Map<Node, Node>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => rewritten.get(input)!);
    const isSame = inputs.every((input, k) => input === node.inputs[k]);
    const copy: Node = isSame ? node : { ...node, inputs };
    rewritten.set(node, decompose(copy) ?? copy);
  }
  return roots.map((root) => rewritten.get(root)!);
}
