import { describe, expect, test } from "vitest";
import type { Node, OpKind } from "../src/graph/index.ts";
import * as g from "../src/graph/index.ts";
import { type CheckOptions, gradientError, usesKind } from "./gradient-check.ts";

interface Case {
  /** the op whose rule is checked */
  readonly kind: OpKind;
  readonly name?: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: Node[]) => Node;
  readonly options?: CheckOptions;
}

const ids = g.input("ids", "int", [2, 3]);
const integers = { ids: Int32Array.of(0, 3, 3, 1, 0, 3) };
const positive: CheckOptions = { low: 0.5, high: 2 };

/** Broadcasting in front, in the middle, on both sides at once, and none. */
const BROADCASTS = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[1], [2, 2]],
  [[], [3]],
] as const;

const { neg, exp, tanh, sigmoid, erf, abs, relu, sin, cos, log, sqrt, reciprocal } = g;
const { add, sub, mul, div, maximum, minimum, reduceSum, reduceMean, reduceMax } = g;

const entriesOf = <F>(ops: Partial<Record<OpKind, F>>) => Object.entries(ops) as [OpKind, F][];

const unaries = entriesOf({ neg, exp, tanh, sigmoid, erf, abs, relu, sin, cos }).flatMap(
  ([kind, op]): Case[] => [[5], [2, 3], []].map((shape) => ({ kind, shapes: [shape], build: (x) => op(x!) })),
);
const positives = entriesOf({ log, sqrt, reciprocal }).flatMap(([kind, op]): Case[] =>
  [[5], [2, 3]].map((shape) => ({ kind, shapes: [shape], build: (x) => op(x!), options: positive })),
);
const binaries = entriesOf({ add, sub, mul, div, maximum, minimum }).flatMap(([kind, op]): Case[] =>
  BROADCASTS.map((shapes) => ({ kind, shapes, build: (a, b) => op(a!, b!), options: positive })),
);
const REDUCTIONS = [
  [null, false],
  [[1], false],
  [[0, 2], true],
  [[-1], true],
] as const;
const reductions = entriesOf({ reduceSum, reduceMean, reduceMax }).flatMap(([kind, op]): Case[] =>
  REDUCTIONS.map(([axes, keepDims]) => ({
    kind,
    name: `axes ${axes} keepDims ${keepDims}`,
    shapes: [[2, 3, 4]],
    build: (x) => op(x!, axes, keepDims),
  })),
);

const MATMULS = [
  [
    [3, 4],
    [4, 2],
  ],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 4],
    [4, 5],
  ],
  [
    [2, 1, 3, 4],
    [3, 4, 2],
  ],
] as const;
const swapLast = (shape: readonly number[]): number[] => [
  ...shape.slice(0, -2),
  shape.at(-1)!,
  shape.at(-2)!,
];
const matmuls = MATMULS.flatMap(([a, b]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map(
      (transposeB): Case => ({
        kind: "matmul",
        name: `transposeA ${transposeA} transposeB ${transposeB}`,
        shapes: [transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b],
        build: (x, y) => g.matmul(x!, y!, { transposeA, transposeB, alpha: 0.7 }),
      }),
    ),
  ),
);

const rest: Case[] = [
  { kind: "where", shapes: [[2, 3], [3]], build: (a, b) => g.where(g.greater(a!, 0), a!, b!) },
  {
    kind: "where",
    name: "scalar condition",
    shapes: [[1], [2, 3]],
    build: (a, b) => g.where(g.greater(b!, a!), b!, a!),
  },
  {
    kind: "cast",
    name: "of a condition has no gradient",
    shapes: [[2, 3]],
    build: (x) => g.mul(g.cast(g.greater(x!, 0), "float"), x!),
  },
  { kind: "cumSum", shapes: [[2, 4]], build: (x) => g.cumSum(x!, 1) },
  { kind: "cumSum", name: "reversed", shapes: [[3, 2]], build: (x) => g.cumSum(x!, 0, true) },
  { kind: "reshape", shapes: [[2, 6]], build: (x) => g.tanh(g.reshape(x!, [3, 4])) },
  { kind: "transpose", shapes: [[2, 3, 4]], build: (x) => g.transpose(x!, [2, 0, 1]) },
  { kind: "expand", shapes: [[3, 1]], build: (x) => g.expand(x!, [2, 3, 4]) },
  { kind: "slice", shapes: [[3, 5]], build: (x) => g.slice(x!, 1, 1, 4) },
  { kind: "pad", shapes: [[3, 2]], build: (x) => g.pad(x!, 0, 1, 2) },
  {
    kind: "concat",
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (a, b, c) => g.concat([a!, b!, c!], -1),
  },
  { kind: "linear", shapes: [[2, 3, 4], [4, 5], [5]], build: (x, w, b) => g.linear(x!, w!, b!) },
  {
    kind: "gatherRows",
    name: "ids repeat",
    shapes: [[4, 3]],
    build: (table) => g.square(g.gatherRows(table!, ids)),
    options: { integers },
  },
  {
    kind: "scatterRows",
    name: "ids repeat",
    shapes: [[2, 3, 2]],
    build: (values) => g.square(g.scatterRows(values!, ids, [4, 2])),
    options: { integers },
  },
  { kind: "softmax", shapes: [[2, 5]], build: (x) => g.softmax(x!) },
  { kind: "softmax", shapes: [[2, 1, 3, 4]], build: (x) => g.softmax(x!) },
  { kind: "logSoftmax", shapes: [[2, 5]], build: (x) => g.logSoftmax(x!) },
  { kind: "logSoftmax", shapes: [[3]], build: (x) => g.logSoftmax(x!) },
  { kind: "gelu", name: "exact", shapes: [[2, 5]], build: (x) => g.gelu(x!), options: { low: -2, high: 2 } },
  {
    kind: "gelu",
    name: "tanh form",
    shapes: [[7]],
    build: (x) => g.gelu(x!, true),
    options: { low: -3, high: 3 },
  },
  { kind: "normalize", shapes: [[2, 3, 5]], build: (x) => g.normalize(x!, 1e-3) },
  {
    kind: "normalize",
    name: "with scale and bias",
    shapes: [[4, 6], [6], [6]],
    build: (x, s, b) => g.layerNorm(x!, s!, b!, 1e-5),
  },
  { kind: "inverseStd", shapes: [[3, 5]], build: (x) => g.inverseStd(x!, 1e-3) },
  {
    kind: "rotary",
    shapes: [
      [2, 2, 3, 4],
      [3, 2],
      [3, 2],
    ],
    build: (x, c, s) => g.rotary(x!, c!, s!),
  },
  {
    kind: "rotary",
    name: "tables per text",
    shapes: [
      [2, 2, 3, 4],
      [2, 1, 3, 2],
      [2, 1, 3, 2],
    ],
    build: (x, c, s) => g.rotary(x!, c!, s!),
  },
  {
    kind: "stopGradient",
    name: "stops one factor",
    shapes: [[4]],
    build: (x) => g.sub(g.square(x!), g.mul(g.stopGradient(g.square(x!)), 0)),
  },
];

/** Ops whose gradient is zero by definition, and leaves. */
const WITHOUT_GRADIENT: readonly OpKind[] = [
  "input",
  "parameter",
  "constant",
  "indices",
  "equal",
  "greater",
  "greaterOrEqual",
  "and",
  "or",
  "not",
  "sign",
];

const CASES = [...unaries, ...positives, ...binaries, ...reductions, ...matmuls, ...rest];

describe("gradients equal central differences in float64 to 1e-6", () => {
  for (const { kind, name, shapes, build, options } of CASES) {
    test(`${kind}${name ? `, ${name}` : ""} on ${shapes.map((shape) => `[${shape}]`).join(" ")}`, async () => {
      expect(usesKind(build(...shapes.map((shape, k) => g.input(`x${k}`, "float", shape))), kind)).toBe(true);
      expect(await gradientError(shapes, build, options)).toBeLessThan(1e-6);
    });
  }

  test("every op that has a gradient is among the cases", () => {
    const covered = new Set([...CASES.map(({ kind }) => kind), ...WITHOUT_GRADIENT]);
    expect(Object.keys(g.VJP).filter((kind) => !covered.has(kind as OpKind))).toEqual([]);
  });

  test("second derivatives: the rules of softmax, normalize and gelu can be differentiated again", async () => {
    const slopeOf =
      (f: (x: Node) => Node) =>
      (x: Node): Node =>
        g.gradients(g.reduceSum(g.mul(f(x), g.sin(x))), [x])[0]!;
    for (const f of [g.softmax, (x: Node) => g.normalize(x, 1e-2), (x: Node) => g.gelu(x)]) {
      expect(await gradientError([[2, 4]], (x) => slopeOf(f)(x!))).toBeLessThan(1e-6);
    }
  });
});

test("stopGradient passes the value and no gradient", () => {
  const x = g.input("x", "float", [2]);
  expect(g.gradients(g.reduceSum(g.stopGradient(x)), [x])).toEqual([null]);
});
