import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import {
  AdaFactor,
  AdamW,
  GradientBuffer,
  Lamb,
  Lion,
  Lookahead,
  layerWiseRate,
  type Optimizer,
  SgdMomentum,
  Tiger,
  WeightAverage,
} from "../../src/optim/index.ts";
import type { Gradient } from "../../src/parameters.ts";
import { dense, distance, rows, run, weights } from "./one-parameter.ts";
import { lossWithInterval } from "./update-interval.ts";

const close = (actual: readonly number[], expected: readonly number[]) =>
  expect(distance(actual, expected), `${actual} is not ${expected}`).toBeLessThan(2e-6);

function randomGradients(count: number, size: number, seed = 3): Gradient[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => dense(Array.from({ length: size }, () => random.next() - 0.5)));
}

describe("values by hand", () => {
  test("SGD with momentum, two steps", () => {
    // m1 = 0.1·(1, −2) = (0.1, −0.2); θ = (1, 1) − 0.5·m1 = (0.95, 1.1); m2 = 0.9·m1 + 0.1·(1, −2) = (0.19, −0.38).
    close(run(new SgdMomentum(), weights([1, 1]), [dense([1, -2]), dense([1, -2])], 0.5), [0.855, 1.29]);
  });

  test("AdamW: the first step has size η in each coordinate, plus decay on matrices only", () => {
    const options = { eps: 0, weightDecay: 0.1 };
    close(run(new AdamW(options), weights([1, 1]), [dense([0.3, -4])], 0.01), [0.989, 1.009]);
    close(run(new AdamW(options), weights([1, 1], [2]), [dense([0.3, -4])], 0.01), [0.99, 1.01]);
  });

  test("AdamW, second step", () => {
    // g = 1 then 3: m = 0.39, v = 0.009999; m̂ = 0.39/0.19, v̂ = 0.009999/0.001999; step m̂/√v̂ = 0.917781…
    const after = run(
      new AdamW({ eps: 0, weightDecay: 0 }),
      weights([0, 0]),
      [dense([1, 0.5]), dense([3, 0.5])],
      1,
    );
    const second = 0.39 / 0.19 / Math.sqrt((0.999 * 0.001 + 0.009) / (1 - 0.999 ** 2));
    close([after[0]!], [-1 - second]);
    close([after[1]!], [-2]);
  });

  test("Lion: sign of the interpolation, then the slower momentum", () => {
    // m1 = 0.01·(2, −1). Second step: 0.9·0.02 − 0.1·0.1 = 0.008 > 0, so the sign follows the momentum.
    const lion = new Lion({ weightDecay: 0.1 });
    const parameters = weights([1, 1]);
    close(run(lion, parameters, [dense([2, -1])], 0.1), [0.89, 1.09]);
    close(run(lion, parameters, [dense([-0.1, -1])], 0.1), [0.89 - 0.1 * 1.089, 1.09 - 0.1 * (-1 + 0.109)]);
    close([...lion.state().tensors.get("mu/w")!], [0.99 * 0.02 - 0.001, -0.99 * 0.01 - 0.01]);
  });

  test("Tiger: rate RMS(θ) on matrices, one half on vectors, decay on matrices only", () => {
    const rms = Math.sqrt((9 + 16) / 2);
    const expected = [3 - 0.1 * rms * (1 + 0.03), 4 - 0.1 * rms * (-1 + 0.04)];
    close(run(new Tiger(), weights([3, 4]), [dense([5, -0.1])], 0.1), expected);
    close(run(new Tiger(), weights([3, 4], [2]), [dense([5, -0.1])], 0.1), [2.95, 4.05]);
  });

  test("Tiger: a gradient with NaN keeps the momentum and shrinks the weights", () => {
    const tiger = new Tiger();
    const parameters = weights([3, 4]);
    run(tiger, parameters, [dense([5, -0.1])], 0.1);
    const momentum = [...tiger.state().tensors.get("mu/w")!];
    const before = [...parameters.get("w").data];
    const after = run(tiger, parameters, [dense([Number.NaN, 1])], 0.1);
    close(
      after,
      before.map((value) => value * 0.99),
    );
    expect([...tiger.state().tensors.get("mu/w")!]).toEqual(momentum);
  });

  test("Tiger: a norm scale shrinks towards 1", () => {
    const tiger = new Tiger({ neutralValue: () => 1 });
    close(run(tiger, weights([3, 0], [2]), [dense([Number.NaN, 1])], 0.1), [2.98, 0.01]);
  });

  test("LAMB: Adam's direction at the length of the weights", () => {
    // First step: direction (1, −1) of length √2, weights of length 5.
    const expected = [3 - (0.1 * 5) / Math.SQRT2, 4 + (0.1 * 5) / Math.SQRT2];
    close(run(new Lamb({ eps: 0, weightDecay: 0 }), weights([3, 4]), [dense([0.2, -7])], 0.1), expected);
    close(run(new Lamb({ eps: 0, weightDecay: 0 }), weights([0, 0]), [dense([0.2, -7])], 0.1), [-0.1, 0.1]);
  });

  test("AdaFactor: a rank-one matrix of squares gives unit updates, clipped to RMS 1", () => {
    // g² = (1 4; 4 16) has rank one, so V̂ = g² exactly at the first step and g/√V̂ is the sign.
    const factored = new AdaFactor({ relativeRate: false });
    close(run(factored, weights([0, 0, 0, 0]), [dense([1, -2, 2, 4])], 0.1), [-0.1, 0.1, -0.1, -0.1]);
    const relative = new AdaFactor();
    close(run(relative, weights([3, 4, 0, 0]), [dense([1, -2, 2, 4])], 0.1), [2.75, 4.25, -0.25, -0.25]);
  });

  test("AdaFactor: factors of a full-rank matrix by hand", () => {
    // g² = (1 0; 0 9): R = (0.5, 4.5), C = (0.5, 4.5), mean R = 2.5; V̂₀₀ = 0.1, V̂₁₁ = 8.1.
    const [a, b] = [1 / Math.sqrt(0.1), 3 / Math.sqrt(8.1)];
    const clip = Math.sqrt((a * a + b * b) / 4);
    const optimizer = new AdaFactor({ relativeRate: false });
    close(run(optimizer, weights([0, 0, 0, 0]), [dense([1, 0, 0, 3])], 1), [-a / clip, 0, 0, -b / clip]);
  });

  test("Lookahead goes half of the way every k steps", () => {
    const lookahead = new Lookahead(new SgdMomentum({ b1: 0 }), { syncSteps: 2, slowRate: 0.5 });
    const parameters = weights([0, 0]);
    close(run(lookahead, parameters, [dense([1, 1])], 1), [-1, -1]);
    close(run(lookahead, parameters, [dense([1, 1])], 1), [-1, -1]);
    close(run(lookahead, parameters, [dense([1, 1])], 1), [-2, -2]);
  });

  test("the moving average of weights", () => {
    const parameters = weights([1, 1]);
    const average = new WeightAverage(parameters, 0.5);
    parameters.get("w").data.set([3, 5]);
    average.update(parameters);
    // β₁ = min(0.5, 2/11): 1 + (1 − 2/11)·2 and 1 + (1 − 2/11)·4.
    close([...average.average.get("w").data], [1 + 18 / 11, 1 + 36 / 11]);
  });

  test("layer-wise rates fall from the top", () => {
    const policy = layerWiseRate(3, 0.5, (name) => (name === "head" ? null : Number(name)));
    const parameter = weights([0, 0]).get("w");
    expect(["head", "2", "1", "0", "-1"].map((name) => policy.rateScale(name, parameter))).toEqual([
      1, 1, 0.5, 0.25, 0.125,
    ]);
  });
});

describe("accumulation hidden in the momentum", () => {
  const start = [0.5, -0.3, 0.2, 0.9];
  test.each([
    ["SGDM", (k: number) => new SgdMomentum({ gradAccumSteps: k, weightDecay: 0.01 })],
    ["Tiger", (k: number) => new Tiger({ gradAccumSteps: k })],
  ] as const)("%s: equal to ordinary accumulation in a buffer", (_name, make) => {
    const gradients = randomGradients(12, 4);
    const hidden = run(make(4), weights(start), gradients, 0.05);
    const buffered = run(new GradientBuffer(make(1), 4), weights(start), gradients, 0.05);
    close(hidden, buffered);
    expect(distance(hidden, start)).toBeGreaterThan(1e-3);
  });

  test("weights move only at every k-th micro-step", () => {
    const optimizer = new SgdMomentum({ gradAccumSteps: 3 });
    const parameters = weights(start);
    const gradients = randomGradients(3, 4);
    close(run(optimizer, parameters, gradients.slice(0, 2), 0.1), start);
    expect(distance(run(optimizer, parameters, gradients.slice(2), 0.1), start)).toBeGreaterThan(1e-4);
  });

  test("AdamW: exact when the micro-gradients agree, approximate otherwise", () => {
    const same = Array.from({ length: 8 }, () => dense([0.1, -0.2, 0.3, 0.4]));
    const make = (k: number) => new AdamW({ gradAccumSteps: k });
    const plain = run(new GradientBuffer(make(1), 4), weights(start), same, 0.05);
    close(run(make(4), weights(start), same, 0.05), plain);
    const varied = randomGradients(8, 4);
    const buffered = run(new GradientBuffer(make(1), 4), weights(start), varied, 0.05);
    expect(distance(run(make(4), weights(start), varied, 0.05), buffered)).toBeGreaterThan(1e-3);
  });
});

const optimizers: readonly (readonly [string, () => Optimizer])[] = [
  ["SgdMomentum", () => new SgdMomentum()],
  ["AdamW", () => new AdamW()],
  ["Lion", () => new Lion()],
  ["Tiger", () => new Tiger()],
  ["Lamb", () => new Lamb()],
  ["AdaFactor", () => new AdaFactor()],
  ["GradientBuffer", () => new GradientBuffer(new Lion(), 3)],
  ["Lookahead", () => new Lookahead(new AdamW(), { syncSteps: 3 })],
];

describe.each(optimizers)("%s", (_name, make) => {
  const start = [0.5, -0.3, 0.2, 0.9, -0.7, 0.1];

  test("stopped and restored, goes on bit for bit", () => {
    const gradients = randomGradients(10, 6);
    const whole = run(make(), weights(start), gradients, 0.02);
    const parameters = weights(start);
    const first = make();
    run(first, parameters, gradients.slice(0, 5), 0.02);
    const { counters, tensors } = first.state();
    const stored = {
      counters: { ...counters },
      tensors: new Map([...tensors].map(([k, v]) => [k, v.slice()])),
    };
    run(first, weights(start), gradients.slice(5), 0.02);
    const second = make();
    second.restore(stored);
    expect(run(second, parameters, gradients.slice(5), 0.02)).toEqual(whole);
  });

  test("rows gradients touching every row equal the dense gradient", () => {
    const gradients = randomGradients(6, 6);
    const asRows = gradients.map((gradient) => rows([0, 1, 2], [...gradient.data]));
    expect(run(make(), weights(start), asRows, 0.02)).toEqual(run(make(), weights(start), gradients, 0.02));
  });
});

describe("rows gradients", () => {
  test.each([
    ["SgdMomentum", () => new SgdMomentum()],
    ["AdamW", () => new AdamW()],
    ["Lion", () => new Lion()],
  ] as const)("%s leaves other rows and their moments alone", (_name, make) => {
    const optimizer = make();
    const after = run(optimizer, weights([1, 2, 3, 4, 5, 6]), [rows([1], [0.5, -0.5])], 0.1);
    expect([after[0], after[1], after[4], after[5]]).toEqual([1, 2, 5, 6]);
    expect(after[2]).not.toBe(3);
    const mu = optimizer.state().tensors.get("mu/w")!;
    expect([mu[0], mu[1], mu[4], mu[5]]).toEqual([0, 0, 0, 0]);
  });
});

test("on a convex quadratic every optimiser reaches the minimum", () => {
  for (const [name, make] of optimizers) {
    const optimizer = make();
    const parameters = weights([2, -1.5]);
    const { data } = parameters.get("w");
    for (let step = 0; step < 3000; step++) {
      const rate = (name === "SgdMomentum" ? 0.05 : 0.02) * (1 - step / 3000);
      optimizer.update(parameters, new Map([["w", dense([data[0]! - 1, 4 * (data[1]! - 0.5)])]]), rate);
    }
    expect(Math.abs(data[0]! - 1) + Math.abs(data[1]! - 0.5), name).toBeLessThan(0.06);
  }
});

test("SGD's average regret on a convex problem stays under its bound", () => {
  // (1/T) Σ [L(x_t, θ_t) − L(x_t, θ*)] ≤ D²/(2Tη_T) + (G²/2T) Σ η_t for non-increasing η; here L = |θ − x_t|,
  // G = 1, and θ stays within D of every comparison point of [−1, 1].
  const random = new SeededRandom(5);
  const samples = Array.from({ length: 4000 }, () => random.next() * 2 - 1);
  const median = [...samples].sort((a, b) => a - b)[2000]!;
  const rate = (step: number) => 0.5 / Math.sqrt(step + 1);
  const parameters = weights([0.9], [1]);
  const { data } = parameters.get("w");
  const sgd = new SgdMomentum({ b1: 0 });
  let regret = 0;
  let rates = 0;
  let distanceToBest = 0;
  samples.forEach((x, step) => {
    regret += Math.abs(data[0]! - x) - Math.abs(median - x);
    rates += rate(step);
    distanceToBest = Math.max(distanceToBest, Math.abs(data[0]! - median));
    sgd.update(parameters, new Map([["w", dense([Math.sign(data[0]! - x)])]]), rate(step));
  });
  const bound =
    distanceToBest ** 2 / (2 * samples.length * rate(samples.length - 1)) + rates / (2 * samples.length);
  expect(regret / samples.length).toBeLessThanOrEqual(bound);
  expect(bound).toBeLessThan(0.05);
});

describe("weights moved at every k-th micro-step only, on the same data", () => {
  test("SGDM loses nothing up to k = 8 at the same rate; at √k times the rate not at k = 16 either", () => {
    const plain = lossWithInterval("sgdm", 1, 1);
    expect(plain).toBeLessThan(0.6);
    expect(lossWithInterval("sgdm", 8, 1)).toBeLessThan(plain + 0.02);
    expect(lossWithInterval("sgdm", 16, 4)).toBeLessThan(plain + 0.02);
  });

  test("Tiger's steps have the rate's size whatever the gradient: k times fewer of them need k times the rate", () => {
    const plain = lossWithInterval("tiger", 1, 1);
    expect(plain).toBeLessThan(0.6);
    expect(lossWithInterval("tiger", 4, 1)).toBeGreaterThan(plain + 0.5);
    expect(lossWithInterval("tiger", 4, 4)).toBeLessThan(plain + 0.02);
  });
});
