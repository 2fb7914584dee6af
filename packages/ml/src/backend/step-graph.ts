import { decomposeGraph } from "../graph/decompose.ts";
import { addends, gradients, pullBack, type Seed } from "../graph/gradients.ts";
import { isKind, type Node, topologicalOrder } from "../graph/node.ts";
import { add, GraphError, reshape } from "../graph/ops.ts";

/** What one training step computes. */
export interface StepDefinition {
  readonly loss: Node;
  /** Further values to look at, scalars or tensors. */
  readonly metrics?: Readonly<Record<string, Node>>;
}

/**
 * The gradient of one parameter as the graph returns it: a dense part, and pieces of rows [n, width] with their ids [n]
 * where the parameter is a table whose rows were gathered. Pieces are added up outside the graph, because
 * onnxruntime's CPU ScatterND(add) loses updates when several threads meet the same row.
 */
export interface GradientParts {
  readonly parameter: Node<"parameter">;
  readonly dense: Node | null;
  readonly rowPieces: readonly { readonly values: Node; readonly ids: Node }[];
}

export interface StepGraph {
  readonly loss: Node;
  readonly metrics: Readonly<Record<string, Node>>;
  readonly gradients: readonly GradientParts[];
}

export interface StepGraphOptions {
  /** Names of parameters that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
  /** Rewrites everything in elementary ops (gradient checks, portable backends). */
  readonly isDecomposed?: boolean;
}

/** Loss and gradients of every parameter it depends on. */
export function buildStepGraph(definition: StepDefinition, options: StepGraphOptions = {}): StepGraph {
  const metricNames = Object.keys(definition.metrics ?? {});
  let roots = [definition.loss, ...Object.values(definition.metrics ?? {})];
  if (options.isDecomposed) roots = decomposeGraph(roots);
  const [loss, ...metrics] = roots as [Node, ...Node[]];
  const parameters = parametersOf([loss]).filter(({ op }) => !options.frozen?.has(op.name));
  return {
    loss,
    metrics: Object.fromEntries(metricNames.map((name, k) => [name, metrics[k]!])),
    gradients: gradientParts(parameters, gradients(loss, parameters)),
  };
}

/** Gradients of every parameter for cotangents that enter at the seeds (the second pass of gradient caching). */
export function buildPullBackGraph(
  seeds: readonly Seed[],
  frozen: ReadonlySet<string> = new Set(),
): readonly GradientParts[] {
  const parameters = parametersOf(seeds.map(({ node }) => node)).filter(({ op }) => !frozen.has(op.name));
  return gradientParts(parameters, pullBack(seeds, parameters));
}

/** The parameters under the roots, one node per name, in topological order. */
export function parametersOf(roots: readonly Node[]): Node<"parameter">[] {
  const byName = new Map<string, Node<"parameter">>();
  for (const node of topologicalOrder(roots)) {
    if (!isKind(node, "parameter")) continue;
    const known = byName.get(node.op.name);
    if (known !== undefined && known !== node) {
      throw new GraphError(`parameter "${node.op.name}" occurs as two nodes: make it once and pass it on`);
    }
    byName.set(node.op.name, node);
  }
  return [...byName.values()];
}

function gradientParts(
  parameters: readonly Node<"parameter">[],
  cotangents: readonly (Node | null)[],
): GradientParts[] {
  return parameters.flatMap((parameter, k) => {
    const cotangent = cotangents[k];
    return cotangent ? [splitGradient(parameter, cotangent)] : [];
  });
}

function splitGradient(parameter: Node<"parameter">, cotangent: Node): GradientParts {
  const terms = addends(cotangent);
  const width = parameter.shape.slice(1).reduce<number>((product, dim) => product * (dim as number), 1);
  const rowPieces = terms
    .filter((term) => isKind(term, "scatterRows"))
    .map(({ inputs: [values, ids] }) => {
      const count = ids!.shape.reduce<number>((product, dim) => product * (dim as number), 1);
      return { values: reshape(values!, [count, width]), ids: reshape(ids!, [count]) };
    });
  const dense = terms.filter((term) => !isKind(term, "scatterRows"));
  return { parameter, dense: dense.length > 0 ? dense.reduce((a, b) => add(a, b)) : null, rowPieces };
}
