/** One trainable tensor: float32 values in row-major order. The training loop updates `data` in place. */
export interface Parameter {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** The trainable tensors of a model, in a fixed order (the order in which they are stored and updated). */
export interface ParameterSet {
  readonly names: readonly string[];
  /** @throws UnknownParameterError for a name that is not in `names` */
  get(name: string): Parameter;
  has(name: string): boolean;
}

/** Every element of the parameter has a gradient. `data` is laid out like the parameter's. */
export interface DenseGradient {
  readonly kind: "dense";
  readonly data: Float32Array;
}

/**
 * Only some rows of a matrix parameter `[rows, width]` were touched (an embedding table).
 * `rows` is ascending and without duplicates; `data` is `[rows.length, width]`, row k belonging to `rows[k]`.
 */
export interface RowsGradient {
  readonly kind: "rows";
  readonly rows: Int32Array;
  readonly data: Float32Array;
}

export type Gradient = DenseGradient | RowsGradient;

/** Gradients of one step by parameter name. A parameter without an entry got no gradient in this step. */
export type GradientSet = ReadonlyMap<string, Gradient>;

export class UnknownParameterError extends Error {
  override readonly name = "UnknownParameterError";
  constructor(parameter: string, known: readonly string[]) {
    super(
      `no parameter "${parameter}"; there are ${known.length}: ${known.slice(0, 8).join(", ")}${known.length > 8 ? ", …" : ""}`,
    );
  }
}

export class ParameterShapeError extends Error {
  override readonly name = "ParameterShapeError";
  constructor(parameter: string, shape: readonly number[], length: number) {
    super(
      `parameter "${parameter}" of shape [${shape.join(", ")}] needs ${elementCount(shape)} values, not ${length}`,
    );
  }
}

/** Number of elements of a tensor of this shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Makes a parameter set of the given entries, in their order. @throws ParameterShapeError when data and shape disagree */
export function parameterSet(entries: Iterable<readonly [name: string, parameter: Parameter]>): ParameterSet {
  const parameters = new Map(entries);
  const names = [...parameters.keys()];
  for (const [name, { data, shape }] of parameters) {
    if (data.length !== elementCount(shape)) throw new ParameterShapeError(name, shape, data.length);
  }
  return {
    names,
    has: (name) => parameters.has(name),
    get(name) {
      const parameter = parameters.get(name);
      if (parameter === undefined) throw new UnknownParameterError(name, names);
      return parameter;
    },
  };
}

/** All trainable numbers of the set. */
export function parameterCount(parameters: ParameterSet): number {
  return parameters.names.reduce((sum, name) => sum + parameters.get(name).data.length, 0);
}

/** An independent copy, for averages of weights, snapshots and comparisons. */
export function copyParameters(parameters: ParameterSet): ParameterSet {
  return parameterSet(
    parameters.names.map((name) => {
      const { data, shape } = parameters.get(name);
      return [name, { data: data.slice(), shape }] as const;
    }),
  );
}
