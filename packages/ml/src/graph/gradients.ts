import { isKind, type Node, topologicalOrder } from "./node.ts";
import { add, concat, constant, GraphError, sameShape, sumTo } from "./ops.ts";
import { VJP } from "./vjp.ts";

/** A root of the reverse walk and the cotangent that enters there. */
export interface Seed {
  readonly node: Node;
  /** same shape as the node */
  readonly cotangent: Node;
}

/**
 * Cotangents of `wrt` for the seeds, by reverse accumulation; null where no differentiable path leads.
 * Shapes must be static along the path.
 */
export function pullBack(seeds: readonly Seed[], wrt: readonly Node[]): (Node | null)[] {
  const order = topologicalOrder(seeds.map(({ node }) => node));
  const needed = nodesDependingOn(order, new Set(wrt));
  const cotangents = new Map<Node, Node>();
  const accumulate = (node: Node, g: Node): void => {
    const known = cotangents.get(node);
    cotangents.set(node, known ? add(known, g) : g);
  };
  for (const { node, cotangent } of seeds) {
    if (!sameShape(node.shape, cotangent.shape)) {
      throw new GraphError(`the cotangent [${cotangent.shape}] of a node [${node.shape}]`);
    }
    accumulate(node, cotangent);
  }
  for (const node of order.toReversed()) {
    const g = cotangents.get(node);
    if (g === undefined || !needed.has(node)) continue;
    requireStatic(node);
    const rule = VJP[node.op.kind] as (node: Node, g: Node) => (Node | null)[];
    rule(node, g).forEach((cotangent, k) => {
      const input = node.inputs[k]!;
      if (cotangent !== null && needed.has(input)) accumulate(input, sumTo(cotangent, input.shape));
    });
  }
  return wrt.map((node) => {
    const cotangent = cotangents.get(node);
    return cotangent ? joinPads(cotangent) : null;
  });
}

/** Gradients of a scalar; null where it does not depend on the node. */
export function gradients(loss: Node, wrt: readonly Node[]): (Node | null)[] {
  if (loss.shape.length !== 0 || loss.dtype !== "float") {
    throw new GraphError(`a loss is a float scalar, not ${loss.dtype} [${loss.shape}]`);
  }
  return pullBack([{ node: loss, cotangent: constant([1], []) }], wrt);
}

/** The terms of a sum of tensors of one shape. */
export function addends(node: Node): Node[] {
  if (!isKind(node, "add")) return [node];
  const [a, b] = node.inputs as [Node, Node];
  const hasOneShape = [a, b].every((term) => sameShape(term.shape, node.shape));
  return hasOneShape ? [...addends(a), ...addends(b)] : [node];
}

/**
 * A parameter that was used in slices gets a sum of padded gradients; where the slices fill an axis, they are put side by
 * side, without the zeros.
 */
function joinPads(cotangent: Node): Node {
  const terms = addends(cotangent);
  const pads = terms.filter((term) => isKind(term, "pad"));
  const axis = pads[0]?.op.axis;
  if (axis === undefined || pads.length < 2 || pads.some(({ op }) => op.axis !== axis)) return cotangent;
  const byStart = new Map<number, Node>();
  for (const { op, inputs } of pads) {
    const known = byStart.get(op.before);
    if (known && !sameShape(known.shape, inputs[0]!.shape)) return cotangent;
    byStart.set(op.before, known ? add(known, inputs[0]!) : inputs[0]!);
  }
  const pieces = [...byStart].toSorted(([a], [b]) => a - b);
  let end = 0;
  for (const [start, piece] of pieces) {
    if (start !== end) return cotangent;
    end += piece.shape[axis] as number;
  }
  if (end !== cotangent.shape[axis]) return cotangent;
  const joined = concat(
    pieces.map(([, piece]) => piece),
    axis,
  );
  return terms.filter((term) => !isKind(term, "pad")).reduce((sum, term) => add(sum, term), joined);
}

function nodesDependingOn(order: readonly Node[], wrt: ReadonlySet<Node>): Set<Node> {
  const needed = new Set<Node>();
  for (const node of order) {
    if (node.dtype === "float" && (wrt.has(node) || node.inputs.some((input) => needed.has(input))))
      needed.add(node);
  }
  return needed;
}

function requireStatic(node: Node): void {
  if (node.shape.some((dim) => typeof dim !== "number")) {
    throw new GraphError(`gradients need static shapes; ${node.op.kind} has [${node.shape.join(", ")}]`);
  }
}
