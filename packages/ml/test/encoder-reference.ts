import type { EncoderConfig } from "../src/models/encoder-config.ts";
import type { ParameterSet } from "../src/parameters.ts";

/** RoFormer written as plain loops over plain arrays, one text at a time: the independent reference of the tests. */
type Matrix = number[][];

export interface ReferenceInput {
  readonly ids: readonly number[];
  /** 0/1, padding at the end */
  readonly mask: readonly number[];
  readonly segments?: readonly number[];
  /** may position i look at position j? */
  readonly sees?: (i: number, j: number) => boolean;
}

export function referenceEncode(
  config: EncoderConfig,
  parameters: ParameterSet,
  input: ReferenceInput,
): { sequence: Matrix; pooled: number[] } {
  const get = (name: string): Float32Array => parameters.get(name).data;
  const { hiddenSize: width, numAttentionHeads: heads } = config;
  const row = (table: string, index: number, size = width): number[] =>
    Array.from(get(table).subarray(index * size, (index + 1) * size));
  const affine = (x: number[], name: string): number[] => {
    const weight = get(`${name}.weight`);
    const bias = parameters.has(`${name}.bias`) ? get(`${name}.bias`) : null;
    const out = weight.length / x.length;
    return Array.from({ length: out }, (_, o) =>
      x.reduce((sum, value, i) => sum + value * weight[i * out + o]!, bias?.[o] ?? 0),
    );
  };
  const norm = (x: number[], name: string): number[] => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const scale = get(`${name}.scale`);
    const bias = get(`${name}.bias`);
    return x.map(
      (value, k) => ((value - mean) / Math.sqrt(variance + config.layerNormEpsilon)) * scale[k]! + bias[k]!,
    );
  };
  const residual = (x: Matrix, name: string, f: (x: Matrix) => Matrix): Matrix => {
    if (config.normPlacement === "pre") {
      const branch = f(x.map((value) => norm(value, `${name}.norm`)));
      return x.map((value, i) => value.map((entry, k) => entry + branch[i]![k]!));
    }
    const alpha = config.normPlacement === "deep" ? (2 * config.numHiddenLayers) ** 0.25 : 1;
    const branch = f(x);
    return x.map((value, i) =>
      norm(
        value.map((entry, k) => alpha * entry + branch[i]![k]!),
        `${name}.norm`,
      ),
    );
  };
  const attention = (x: Matrix, name: string): Matrix => {
    const size = width / heads;
    const turn = (vector: number[], position: number): number[] => {
      const turned = [...vector];
      for (let i = 0; i < size / 2; i++) {
        const angle = position * config.rotaryBase ** ((-2 * i) / size);
        const [a, b] = [vector[2 * i]!, vector[2 * i + 1]!];
        turned[2 * i] = a * Math.cos(angle) - b * Math.sin(angle);
        turned[2 * i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
      }
      return turned;
    };
    const project = (part: string): Matrix => x.map((value) => affine(value, `${name}.${part}`));
    const [query, key, value] = [project("query"), project("key"), project("value")];
    const mixed = x.map((_, i) => {
      const parts = Array.from({ length: heads }, (_, h) => {
        const head = (vector: number[]): number[] => vector.slice(h * size, (h + 1) * size);
        const turnedQuery = turn(head(query[i]!), i);
        const scores = x.map((_, j) => {
          if (input.mask[j] === 0 || (input.sees && !input.sees(i, j))) return Number.NEGATIVE_INFINITY;
          return (
            turn(head(key[j]!), j).reduce((sum, entry, k) => sum + entry * turnedQuery[k]!, 0) /
            Math.sqrt(size)
          );
        });
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((a, b) => a + b, 0);
        return Array.from({ length: size }, (_, k) =>
          weights.reduce((sum, w, j) => sum + (w / total) * head(value[j]!)[k]!, 0),
        );
      });
      return parts.flat();
    });
    return mixed.map((vector) => affine(vector, `${name}.output`));
  };
  const feedForward = (x: Matrix, name: string): Matrix =>
    x.map((vector) => affine(affine(vector, `${name}.inner`).map(exactGelu), `${name}.output`));

  let x = input.ids.map((id, i) => {
    const token = row("embeddings.token", id);
    if (config.typeVocabSize === 0) return token;
    const segment = row("embeddings.segment", input.segments?.[i] ?? 0);
    return token.map((value, k) => value + segment[k]!);
  });
  if (config.hasEmbeddingNorm) x = x.map((vector) => norm(vector, "embeddings.norm"));
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const name = `layers.${layer}`;
    x = residual(x, `${name}.attention`, (value) => attention(value, `${name}.attention`));
    x = residual(x, `${name}.feedForward`, (value) => feedForward(value, `${name}.feedForward`));
  }
  return { sequence: x, pooled: pool() };

  function pool(): number[] {
    if (config.pooling === "cls") return affine(x[0]!, "pooler");
    const weights = input.ids.map(
      (id, i) =>
        input.mask[i]! * (config.pooling === "weighted" ? Math.exp(get("pooling.tokenWeights")[id]!) : 1),
    );
    const total = weights.reduce((a, b) => a + b, 0);
    return Array.from({ length: width }, (_, k) =>
      x.reduce((sum, vector, i) => sum + (weights[i]! / total) * vector[k]!, 0),
    );
  }
}

/** x·Φ(x), with erf by its series. */
export function exactGelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

export function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
