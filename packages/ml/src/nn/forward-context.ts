import { SeededRandom } from "../data/seeded-random.ts";
import { dropoutMask, GraphError, mul, type Node, parameter } from "../graph/index.ts";
import { hashName } from "../hash-name.ts";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import type { Initializer } from "./initializers.ts";
import type { LoraAdapter } from "./lora.ts";

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
}

/**
 * What a model's forward function is given while it builds its graph: it declares parameters where it uses them and
 * asks for dropout. One context belongs to one graph; two encodings in one graph share the context and so the
 * parameters.
 */
export class ForwardContext {
  readonly isTraining: boolean;
  readonly adapter: LoraAdapter | null;
  readonly #specs = new Map<string, ParameterSpec>();
  readonly #nodes = new Map<string, Node>();
  #masks = 0;

  /**
   * @param isTraining whether dropout is active
   * @param adapter low-rank updates to learn beside the layers' weights
   */
  constructor(isTraining: boolean, adapter: LoraAdapter | null = null) {
    this.isTraining = isTraining;
    this.adapter = adapter;
  }

  /** The parameter of that name; declared at its first use. @throws GraphError when it was declared with another shape */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Node {
    const known = this.#nodes.get(name);
    if (known !== undefined) {
      if (known.shape.join() !== shape.join()) {
        throw new GraphError(
          `parameter "${name}" is [${known.shape}] in one place and [${shape}] in another`,
        );
      }
      return known;
    }
    const node = parameter(name, shape);
    this.#nodes.set(name, node);
    this.#specs.set(name, { name, shape, initializer });
    return node;
  }

  /** Drops a share `rate` of the elements and scales the others by 1 / (1 − rate), while training. */
  dropout(x: Node, rate: number): Node {
    if (!this.isTraining || rate === 0) return x;
    return mul(x, dropoutMask(`dropout/${this.#masks++}`, x.shape, { rate }));
  }

  /** The parameters declared so far, in order of first use. */
  specs(): ParameterSpec[] {
    return [...this.#specs.values()];
  }
}

/**
 * Draws the parameters of the specs. Each has a generator of its own, seeded by its name, so that adding a layer does
 * not change the others.
 */
export function initializeParameters(specs: readonly ParameterSpec[], seed: number): ParameterSet {
  return parameterSet(specs.map((spec) => [spec.name, initializeParameter(spec, seed)] as const));
}

function initializeParameter({ name, shape, initializer }: ParameterSpec, seed: number): Parameter {
  return { data: initializer(shape, new SeededRandom(hashName(name) ^ seed)), shape };
}

/** A model that began with another one's parameters. */
export interface Grown {
  readonly parameters: ParameterSet;
  /** Names of what was drawn anew. */
  readonly added: readonly string[];
  /** Names of what was cut to its leading block, or drawn anew beyond it. */
  readonly resized: readonly string[];
}

/**
 * The parameters of the specs: taken from `trained` where it has them in the same shape, drawn otherwise.
 * This is how a model grows: layers that begin as the identity on top of a trained embedding.
 * @param isResized of a parameter trained in another shape, what both shapes have is kept: the leading block
 */
export function growParameters(
  specs: readonly ParameterSpec[],
  trained: ParameterSet,
  seed: number,
  { isResized = false }: { readonly isResized?: boolean } = {},
): Grown {
  const added: string[] = [];
  const resized: string[] = [];
  const entries = specs.map((spec) => {
    const known = trained.has(spec.name) ? trained.get(spec.name) : null;
    if (known && known.shape.join() === spec.shape.join()) {
      return [spec.name, { data: known.data.slice(), shape: known.shape }] as const;
    }
    const parameter = initializeParameter(spec, seed);
    const isKept = isResized && known !== null && known.shape.length === spec.shape.length;
    if (isKept) copyBlock(known, parameter);
    (isKept ? resized : added).push(spec.name);
    return [spec.name, parameter] as const;
  });
  return { parameters: parameterSet(entries), added, resized };
}

/** Writes the leading block that two tensors with as many axes have in common. */
function copyBlock(from: Parameter, to: Parameter): void {
  const [width, toWidth] = [from.shape.at(-1)!, to.shape.at(-1)!];
  for (let row = 0; row * width < from.data.length; row++) {
    const place = rowWithin(row, from.shape, to.shape);
    if (place === null) continue;
    const start = row * width;
    to.data.set(from.data.subarray(start, start + Math.min(width, toWidth)), place * toWidth);
  }
}

/** Number of a row (all axes but the last, in row-major order) of one shape within another; null where that has none. */
function rowWithin(row: number, shape: readonly number[], outer: readonly number[]): number | null {
  let [rest, result, stride] = [row, 0, 1];
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    const at = rest % shape[axis]!;
    if (at >= outer[axis]!) return null;
    result += at * stride;
    rest = Math.floor(rest / shape[axis]!);
    stride *= outer[axis]!;
  }
  return result;
}
