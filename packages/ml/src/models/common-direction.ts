import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import { isBag, POOLING_WEIGHTS, TOKEN_TABLE } from "./encoder.ts";
import { EMBEDDING_NORM_PARAMETERS, type EncoderConfig, EncoderConfigError } from "./encoder-config.ts";

export interface CommonDirectionOptions {
  readonly config: EncoderConfig;
  readonly parameters: ParameterSet;
  /** Ids of the pieces that get the direction. */
  readonly tokens: Int32Array;
  /** How much of it a token of pooling weight 1 gets, where rows have length √hiddenSize; a token of weight w gets size / √w. > 0 */
  readonly size: number;
  /** The direction lies in the numbers from this one on: vectors cut to fewer do without it. 0 to hiddenSize − 2 */
  readonly from: number;
  /** Unit vectors of texts without these pieces; the direction is the one they use least. */
  readonly others: readonly Float32Array[];
}

/**
 * Gives the texts of one script a direction of their own, which they all share. Two means of token vectors a, b with a shared
 * part c are compared by (a·b + c²) / √((|a|² + c²)(|b|² + c²)): by their angle when c is 0, by their distance when it is
 * large. The distance falls with all that two long texts say alike, the angle does not know of it. Other texts lose the little
 * that they had of the direction, so that a query of this script ranks them in the order it did before.
 *
 * @throws EncoderConfigError for a model that is no bag of normalised embeddings, and where `from` leaves no room
 */
export function addCommonDirection(options: CommonDirectionOptions): ParameterSet {
  const { config, parameters, tokens, size } = options;
  if (!isBag(config) || !hasPlainNorm(parameters))
    throw new EncoderConfigError(
      "only a bag of embeddings that are normalised without a learned scale can be given a common direction",
    );
  const { hiddenSize: width, vocabSize } = config;
  if (options.from >= width - 1)
    throw new EncoderConfigError(
      `a direction behind number ${options.from} has no room in vectors of ${width}: name a smaller one`,
    );
  const direction = leastUsedDirection(options);
  const rows = Float32Array.from(parameters.get(TOKEN_TABLE).data);
  const logWeights = Float32Array.from(parameters.get(POOLING_WEIGHTS).data);
  const sharing = new Set(tokens);
  for (let id = 0; id < vocabSize; id++) {
    const row = rows.subarray(id * width, (id + 1) * width);
    normalize(row);
    const wanted = sharing.has(id) ? size / Math.exp(logWeights[id]! / 2) : 0;
    const missing = wanted - dot(row, direction);
    for (let k = 0; k < width; k++) row[k] = row[k]! + missing * direction[k]!;
    // The model normalises its rows: what that takes from the length goes into the weight.
    logWeights[id] = logWeights[id]! + Math.log(normalize(row));
  }
  return parameterSet(
    parameters.names.map((name) => {
      const parameter = parameters.get(name);
      if (name === TOKEN_TABLE) return [name, { ...parameter, data: rows }] as const;
      if (name === POOLING_WEIGHTS) return [name, { ...parameter, data: logWeights }] as const;
      return [name, HEAD.test(name) ? withoutDirection(parameter, direction) : parameter] as const;
    }),
  );
}

/** Whether the norm of the embeddings has neither scale nor bias. */
function hasPlainNorm(parameters: ParameterSet): boolean {
  return [...EMBEDDING_NORM_PARAMETERS].every((name) => {
    const plain = name.endsWith(".scale") ? 1 : 0;
    return parameters.names.includes(name) && parameters.get(name).data.every((value) => value === plain);
  });
}

const HEAD = /^heads\..+\.weight$/;

/**
 * The unit vector whose mean squared product with the others is smallest, of those that are zero before `from` and have mean
 * 0: normalised rows can have nothing of another.
 */
function leastUsedDirection({ config, others, from }: CommonDirectionOptions): Float32Array {
  const used = new Matrix(others.map((vector) => Array.from(vector.subarray(from))));
  const products = used.transpose().mmul(used);
  const uneven = MEAN_PENALTY * products.trace();
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(products.add(uneven), {
    assumeSymmetric: true,
  });
  const least = realEigenvalues.indexOf(Math.min(...realEigenvalues));
  const direction = new Float32Array(config.hiddenSize);
  direction.set(eigenvectorMatrix.getColumn(least), from);
  return direction;
}

/** Makes the direction of equal numbers the most used by far; added to all products, in parts of their trace. */
const MEAN_PENALTY = 1e3;

/** To mean 0 and variance 1, as the norm of embeddings does; returns the standard deviation before. */
function normalize(row: Float32Array): number {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  // A row without variance, such as one nobody trained, stays zero.
  const deviation = Math.sqrt(variance) || 1;
  row.forEach((value, k) => {
    row[k] = (value - mean) / deviation;
  });
  return deviation;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

/** A linear map [hiddenSize, outputs] that takes no notice of the direction. */
function withoutDirection({ data, shape }: Parameter, direction: Float32Array): Parameter {
  const outputs = shape[1]!;
  const blind = Float32Array.from(data);
  for (let j = 0; j < outputs; j++) {
    let along = 0;
    for (let k = 0; k < direction.length; k++) along += direction[k]! * data[k * outputs + j]!;
    for (let k = 0; k < direction.length; k++)
      blind[k * outputs + j] = blind[k * outputs + j]! - along * direction[k]!;
  }
  return { data: blind, shape };
}
