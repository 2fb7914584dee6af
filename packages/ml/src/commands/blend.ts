import { isDeepStrictEqual } from "node:util";
import { DataError } from "../data/data-error.ts";
import { readModel, writeWeights } from "../interchange/checkpoint.ts";
import { type ParameterSet, parameterSet } from "../parameters.ts";

/** A model and what it counts for. */
export interface BlendedModel {
  readonly path: string;
  /** ≥ 0 */
  readonly share: number;
}

/**
 * The weighted mean of the parameters of models of one shape that began from the same weights ("model soups",
 * 2203.05482; with the beginning itself among them, 2109.01903). Shares are divided by their sum.
 *
 * @throws DataError for less than two models, shares without a sum, or models of different shape
 */
export async function blend(models: readonly BlendedModel[], outPath: string): Promise<void> {
  const sum = models.reduce((total, { share }) => total + share, 0);
  if (models.length < 2) throw new DataError("A blend takes two models or more.");
  if (!(sum > 0)) throw new DataError("The shares of a blend are all zero: one model at least has to count.");
  const [first, ...others] = await Promise.all(models.map(({ path }) => readModel(path)));
  for (const [i, other] of others.entries()) {
    const difference = differenceOf(first!, other);
    if (difference !== null)
      throw new DataError(
        `${models[0]!.path} and ${models[i + 1]!.path} cannot be blended: they differ in ${difference}.`,
      );
  }
  const all = [first!, ...others];
  const blended = first!.parameters.names.map((name) => {
    const { shape } = first!.parameters.get(name);
    const mean = new Float64Array(first!.parameters.get(name).data.length);
    for (const [i, { parameters }] of all.entries()) {
      const { data } = parameters.get(name);
      const weight = models[i]!.share / sum;
      for (let k = 0; k < mean.length; k++) mean[k] = mean[k]! + weight * data[k]!;
    }
    return [name, { shape, data: Float32Array.from(mean) }] as const;
  });
  const step = Math.max(...all.map((model) => model.step));
  await writeWeights(outPath, { parameters: parameterSet(blended), config: first!.config, step });
}

interface Shaped {
  readonly parameters: ParameterSet;
  readonly config: unknown;
}

/** What keeps two models from being blended, in words; null: nothing. */
function differenceOf(a: Shaped, b: Shaped): string | null {
  const shapes = (set: ParameterSet) => new Map(set.names.map((name) => [name, set.get(name).shape]));
  const [left, right] = [shapes(a.parameters), shapes(b.parameters)];
  for (const [name, shape] of left) {
    const other = right.get(name);
    if (other === undefined) return `${name}, which only one has`;
    if (!isDeepStrictEqual([...shape], [...other])) return `the shape of ${name}`;
  }
  for (const name of right.keys()) if (!left.has(name)) return `${name}, which only one has`;
  return null;
}
