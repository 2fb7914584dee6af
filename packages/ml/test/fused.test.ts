import { expect, test } from "vitest";
import { SeededRandom } from "../src/data/seeded-random.ts";
import type { Node } from "../src/graph/index.ts";
import * as g from "../src/graph/index.ts";
import { evaluate, sizeOf, uniform } from "./gradient-check.ts";

const CASES: [name: string, shapes: number[][], build: (...inputs: Node[]) => Node][] = [
  ["linear", [[5, 3, 4], [4, 6], [6]], (x, w, b) => g.linear(x!, w!, b!)],
  ["softmax", [[3, 2, 7]], (x) => g.softmax(x!)],
  ["logSoftmax", [[3, 7]], (x) => g.logSoftmax(x!)],
  ["exact GELU", [[4, 9]], (x) => g.gelu(x!)],
  ["tanh GELU", [[4, 9]], (x) => g.gelu(x!, true)],
  ["normalize", [[3, 4, 8]], (x) => g.normalize(x!, 1e-5)],
  ["inverseStd", [[3, 4, 8]], (x) => g.inverseStd(x!, 1e-5)],
  ["layerNorm with scale and bias", [[3, 8], [8], [8]], (x, s, b) => g.layerNorm(x!, s!, b!, 1e-5)],
  [
    "rotary",
    [
      [2, 3, 5, 8],
      [5, 4],
      [5, 4],
    ],
    (x, c, s) => g.rotary(x!, c!, s!),
  ],
  [
    "batched product, both transposed",
    [
      [2, 3, 4, 5],
      [2, 3, 6, 4],
    ],
    (a, b) => g.matmul(a!, b!, { transposeA: true, transposeB: true, alpha: 0.3 }),
  ],
];

test.each(CASES)(
  "%s: the CPU's kernel, the portable form and the elementary ops agree to 1e-5",
  async (_, shapes, build) => {
    const random = new SeededRandom(8);
    const leaves = shapes.map((shape, k) => g.input(`x${k}`, "float", shape));
    const feeds = Object.fromEntries(
      shapes.map((shape, k) => [`x${k}`, uniform(sizeOf(shape), random, -3, 3)]),
    );
    const fused = build(...leaves);
    const [decomposed] = g.decomposeGraph([fused]);
    const results = [
      await evaluate({ y: fused }, feeds, { opSet: "cpu", precision: "float32" }),
      await evaluate({ y: fused }, feeds, { opSet: "portable", precision: "float32" }),
      await evaluate({ y: decomposed! }, feeds, { opSet: "cpu", precision: "float64" }),
    ];
    for (const { y } of results.slice(0, 2)) {
      y!.forEach((value, k) => {
        const expected = results[2]!.y![k]!;
        expect(Math.abs(value - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-5);
      });
    }
  },
);
