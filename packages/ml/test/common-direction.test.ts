import { describe, expect, test } from "vitest";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { addCommonDirection, type EncoderConfig, studentConfig } from "../src/models/index.ts";
import { type ParameterSet, parameterSet } from "../src/parameters.ts";

const WIDTH = 24;
const FROM = 8;
const PIECES = 40;
/** The pieces from here on are of the script that gets the direction. */
const OWN = 20;
const SIZE = 3;
const config = studentConfig({ vocabSize: PIECES, hiddenSize: WIDTH, numHiddenLayers: 0 });
const random = new SeededRandom(11);
const values = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
const parameters = parameterSet([
  ["embeddings.token", { shape: [PIECES, WIDTH], data: values(PIECES * WIDTH) }],
  ["embeddings.norm.scale", { shape: [WIDTH], data: new Float32Array(WIDTH).fill(1) }],
  ["embeddings.norm.bias", { shape: [WIDTH], data: new Float32Array(WIDTH) }],
  ["pooling.tokenWeights", { shape: [PIECES, 1], data: values(PIECES) }],
  ["heads.e.weight", { shape: [WIDTH, 5], data: values(WIDTH * 5) }],
]);

type Vector = readonly number[];
const dot = (a: Vector, b: Vector) => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
const cosine = (a: Vector, b: Vector) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

/** Row of a piece as the model reads it. */
function rowOf(model: ParameterSet, id: number): Vector {
  const row = [...model.get("embeddings.token").data.subarray(id * WIDTH, (id + 1) * WIDTH)];
  const mean = row.reduce((sum, value) => sum + value, 0) / WIDTH;
  const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / WIDTH);
  return row.map((value) => (value - mean) / deviation);
}
const weightOf = (model: ParameterSet, id: number) => Math.exp(model.get("pooling.tokenWeights").data[id]!);

/** Σ weight · row over a text's pieces, and the sum of the weights. */
function pooled(model: ParameterSet, ids: readonly number[]): Vector {
  const sum = new Array<number>(WIDTH).fill(0);
  for (const id of ids) {
    rowOf(model, id).forEach((value, k) => {
      sum[k]! += weightOf(model, id) * value;
    });
  }
  return sum;
}
const text = (first: number, length: number) =>
  Array.from({ length }, () => first + random.nextBelow(PIECES / 2));
const others = Array.from({ length: 60 }, () => text(0, 9));
const own = Array.from({ length: 12 }, () => text(OWN, 6));
const unit = (vector: Vector) => Float32Array.from(vector, (value) => value / Math.sqrt(dot(vector, vector)));

const options = {
  config,
  parameters,
  tokens: Int32Array.from({ length: PIECES - OWN }, (_, k) => OWN + k),
  size: SIZE,
  from: FROM,
  others: others.map((ids) => unit(pooled(parameters, ids))),
};
const changed = addCommonDirection(options);

describe("a direction in common", () => {
  test("a query of the script ranks other texts by what it has besides; cut to the numbers before it, as ever", () => {
    for (const query of own) {
      const [before, after] = [pooled(parameters, query), pooled(changed, query)];
      const ratios = others.map((ids) => {
        const document = pooled(changed, ids);
        return dot(after, document) / dot(before, document);
      });
      // The same factor for all: nothing of the direction is left in the others.
      for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 3);
      const cut = (vector: Vector) => vector.slice(0, FROM);
      for (const ids of others.slice(0, 8)) {
        expect(cosine(cut(after), cut(pooled(changed, ids)))).toBeCloseTo(
          cosine(cut(before), cut(pooled(parameters, ids))),
          1,
        );
      }
    }
  });

  test("texts of the script share Σ size · √weight besides, so they are nearer to each other", () => {
    const shared = (ids: readonly number[]) =>
      ids.reduce((sum, id) => sum + SIZE * Math.sqrt(weightOf(parameters, id)), 0);
    for (let i = 1; i < own.length; i++) {
      const [a, b] = [own[i - 1]!, own[i]!];
      // What the direction took from the rest is little, so the old vectors nearly give the new cosine.
      const [va, vb] = [pooled(parameters, a), pooled(parameters, b)];
      const expected =
        (dot(va, vb) + shared(a) * shared(b)) /
        Math.sqrt((dot(va, va) + shared(a) ** 2) * (dot(vb, vb) + shared(b) ** 2));
      const now = cosine(pooled(changed, a), pooled(changed, b));
      expect(Math.abs(now - expected)).toBeLessThan(0.1);
      expect(now).toBeGreaterThan(cosine(va, vb));
    }
  });

  test("other texts keep nearly all of their vectors, the heads take no notice, the rest is untouched", () => {
    for (const ids of others)
      expect(cosine(pooled(changed, ids), pooled(parameters, ids))).toBeGreaterThan(0.97);
    const outputs = (model: ParameterSet, ids: readonly number[]) => {
      const { data } = model.get("heads.e.weight");
      const vector = pooled(model, ids);
      return Array.from({ length: 5 }, (_, j) =>
        dot(
          vector,
          vector.map((_value, k) => data[k * 5 + j]!),
        ),
      );
    };
    const [a, b] = [own[0]!, own[1]!];
    const blind = (ids: readonly number[]) => outputs(changed, ids);
    // A larger share of the direction changes nothing in the heads.
    const larger = addCommonDirection({ ...options, size: 3 * SIZE });
    for (const ids of [a, b])
      outputs(larger, ids).forEach((value, j) => {
        expect(value).toBeCloseTo(blind(ids)[j]!, 2);
      });
    expect(changed.get("embeddings.norm.scale")).toBe(parameters.get("embeddings.norm.scale"));
  });

  test.each<[string, Partial<EncoderConfig>, ParameterSet]>([
    ["layers", { numHiddenLayers: 1 }, parameters],
    ["another pooling", { pooling: "mean" }, parameters],
    [
      "a learned scale",
      {},
      parameterSet(
        parameters.names.map((name) => {
          const parameter = parameters.get(name);
          const scaled = { ...parameter, data: parameter.data.map((value) => 2 * value) };
          return [name, name === "embeddings.norm.scale" ? scaled : parameter] as const;
        }),
      ),
    ],
  ])("a model with %s is refused", (_name, differing, set) => {
    expect(() =>
      addCommonDirection({ ...options, config: { ...config, ...differing }, parameters: set }),
    ).toThrow(/only a bag of embeddings that are normalised without a learned scale/);
  });

  test("a direction that has no room is refused", () => {
    expect(() => addCommonDirection({ ...options, from: WIDTH - 1 })).toThrow(
      /behind number 23 has no room in vectors of 24/,
    );
  });
});
