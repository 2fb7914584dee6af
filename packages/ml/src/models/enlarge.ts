import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import { type EncoderConfig, EncoderConfigError } from "./encoder-config.ts";

/**
 * Lossless enlargement (J. Su, 2021): a trained model copied into one of the same depth and `factor` times its width
 * that computes the same function, to be trained on. Every vector of the wide model is the narrow one repeated:
 * embeddings and norms are repeated, weights [in, out] are tiled and divided by `factor`. Whole heads are repeated at
 * their size, since a larger head would change the angles of the rotation.
 * @param factor whole number ≥ 1
 * @throws EncoderConfigError for another factor
 */
export function enlarge(
  config: EncoderConfig,
  parameters: ParameterSet,
  factor: number,
): { config: EncoderConfig; parameters: ParameterSet } {
  if (!Number.isInteger(factor) || factor < 1)
    throw new EncoderConfigError(`a model is enlarged by a whole number, not ${factor}`);
  return {
    config: {
      ...config,
      hiddenSize: config.hiddenSize * factor,
      intermediateSize: config.intermediateSize * factor,
      numAttentionHeads: config.numAttentionHeads * factor,
    },
    parameters: parameterSet(
      parameters.names.map((name) => [name, enlargeParameter(name, parameters.get(name), factor)] as const),
    ),
  };
}

type Widening = (parameter: Parameter, factor: number) => Parameter;

/** [rows, columns] tiled `down` times below and `across` times beside itself, times `scale`. */
function tile({ data, shape }: Parameter, down: number, across: number, scale: number): Parameter {
  const columns = shape.at(-1)!;
  const rows = data.length / columns;
  const wide = new Float32Array(rows * down * columns * across);
  for (let i = 0; i < rows * down; i++) {
    for (let j = 0; j < columns * across; j++) {
      wide[i * columns * across + j] = scale * data[(i % rows) * columns + (j % columns)]!;
    }
  }
  return { data: wide, shape: shape.length === 1 ? [columns * across] : [rows * down, columns * across] };
}

const repeat: Widening = (parameter, factor) => tile(parameter, 1, factor, 1);
const same: Widening = (parameter) => parameter;

/** By name, first match. The narrow model's names are the wide one's. */
const RULES: readonly [pattern: RegExp, widen: Widening][] = [
  // Heads onto a fixed space keep their outputs.
  [/^heads\..*\.weight$/, (parameter, factor) => tile(parameter, factor, 1, 1 / factor)],
  [/^pairClassifier\.weight$/, (parameter, factor) => tileThirds(parameter, factor)],
  [/^pooling\.tokenWeights$|^lmHead\.bias$/, same],
  // Logits are products with the token table, which is `factor` times as wide.
  [/^lmHead\.norm\./, (parameter, factor) => tile(parameter, 1, factor, 1 / factor)],
  [/^embeddings\./, repeat],
  [/\.(bias|scale)$/, repeat],
  [/\.weight$/, (parameter, factor) => tile(parameter, factor, factor, 1 / factor)],
];

/** The classifier reads [u; v; |u − v|]: each third is widened on its own. */
function tileThirds({ data, shape }: Parameter, factor: number): Parameter {
  const [rows, columns] = shape as [number, number];
  const third = rows / 3;
  const parts = [0, 1, 2].map((k) =>
    tile(
      { data: data.subarray(k * third * columns, (k + 1) * third * columns), shape: [third, columns] },
      factor,
      1,
      1 / factor,
    ),
  );
  const wide = new Float32Array(rows * factor * columns);
  parts.forEach((part, k) => {
    wide.set(part.data, k * part.data.length);
  });
  return { data: wide, shape: [rows * factor, columns] };
}

function enlargeParameter(name: string, parameter: Parameter, factor: number): Parameter {
  const rule = RULES.find(([pattern]) => pattern.test(name));
  if (rule === undefined) throw new EncoderConfigError(`no rule how to enlarge the parameter "${name}"`);
  return rule[1](parameter, factor);
}
