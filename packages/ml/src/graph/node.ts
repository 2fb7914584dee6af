import type { Dim } from "@cool-papers/onnx";

/**
 * Element types inside a training graph. "float" becomes float32 (or float64 for gradient checks) when the graph is
 * lowered; "int" is int32.
 */
export type DType = "float" | "int" | "bool";

export type Shape = readonly Dim[];

/** Where a fed value comes from when the caller does not give it: dropout masks are drawn by the step itself. */
export interface DropoutMask {
  /** share of elements that are dropped, 0 ≤ rate < 1; kept ones carry 1 / (1 − rate) */
  readonly rate: number;
}

export type UnaryKind =
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "reciprocal"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "abs"
  | "sign"
  | "relu"
  | "sin"
  | "cos"
  | "not"
  | "stopGradient";
export type BinaryKind =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "maximum"
  | "minimum"
  | "equal"
  | "greater"
  | "greaterOrEqual"
  | "and"
  | "or";

/** The closed set of ops. Everything that can be trained is written in these; each has a rule in `vjp.ts`. */
export type Op =
  | { readonly kind: "input"; readonly name: string; readonly dropout: DropoutMask | null }
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "constant"; readonly values: readonly number[] }
  | { readonly kind: UnaryKind }
  | { readonly kind: BinaryKind }
  | { readonly kind: "where" }
  | { readonly kind: "cast" }
  | {
      readonly kind: "reduceSum" | "reduceMean" | "reduceMax";
      readonly axes: readonly number[];
      readonly keepDims: boolean;
    }
  | { readonly kind: "cumSum"; readonly axis: number; readonly reverse: boolean }
  | { readonly kind: "reshape" }
  | { readonly kind: "transpose"; readonly perm: readonly number[] }
  | { readonly kind: "expand" }
  | { readonly kind: "slice"; readonly axis: number; readonly start: number; readonly end: number }
  | { readonly kind: "pad"; readonly axis: number; readonly before: number; readonly after: number }
  | { readonly kind: "concat"; readonly axis: number }
  | { readonly kind: "indices"; readonly axis: number }
  | {
      readonly kind: "matmul";
      readonly transposeA: boolean;
      readonly transposeB: boolean;
      readonly alpha: number;
    }
  | { readonly kind: "linear" }
  | { readonly kind: "gatherRows" | "scatterRows"; readonly hasDistinctIds: boolean }
  | { readonly kind: "softmax" | "logSoftmax" }
  | { readonly kind: "gelu"; readonly approximate: boolean }
  | { readonly kind: "normalize" | "inverseStd"; readonly epsilon: number }
  | { readonly kind: "rotary" };

export type OpKind = Op["kind"];

/** The member of the union that holds kind K, with its kind narrowed to K. */
export type OpOf<K extends OpKind> = Op extends infer Member
  ? Member extends { readonly kind: OpKind }
    ? K extends Member["kind"]
      ? Omit<Member, "kind"> & { readonly kind: K }
      : never
    : never
  : never;

/** One value of the graph: an op applied to other values. Nodes are immutable and hold no data. */
export interface Node<K extends OpKind = OpKind> {
  readonly op: { [P in OpKind]: OpOf<P> }[K];
  readonly inputs: readonly Node[];
  readonly shape: Shape;
  readonly dtype: DType;
}

export function isKind<K extends OpKind>(node: Node, kind: K): node is Node<K> {
  return node.op.kind === kind;
}

/** Every node the roots need, inputs before users, in an order that depends on the graph only. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  // An explicit stack: a model of 200 layers is deeper than the call stack likes.
  for (const root of roots) {
    enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.node.inputs[top.next++];
      if (input !== undefined) enter(input);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
