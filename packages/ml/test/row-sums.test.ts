import { expect, test } from "vitest";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { add, CPU_TARGET, input, lowerGraph, matmul, type Node, reduceSum } from "../src/graph/index.ts";
import { evaluate, sizeOf, uniform } from "./gradient-check.ts";

const SHAPES: Record<string, number[]> = { x: [7, 3], y: [7, 4], z: [7, 4], sum: [3, 4], cube: [2, 5, 4] };
const leaves = Object.fromEntries(
  Object.entries(SHAPES).map(([name, shape]) => [name, input(name, "float", shape)]),
) as Record<keyof typeof SHAPES, Node>;
const { x, y, z, sum, cube } = leaves as Record<"x" | "y" | "z" | "sum" | "cube", Node>;
const outer = (a: Node, b: Node, alpha = 1): Node => matmul(a, b, { transposeA: true, alpha });

const CASES: [name: string, results: Record<string, Node>, transposes: number][] = [
  ["one product turns nothing", { a: outer(x, y) }, 0],
  ["a left factor of two products is turned once", { a: outer(x, y), b: outer(x, z, 0.5) }, 1],
  [
    "a right factor of two products is turned once, and so is each result",
    { a: outer(y, x), b: outer(z, x, 0.5) },
    3,
  ],
  ["a product that is added to a sum begins with it", { a: add(sum, outer(x, y)), b: outer(x, z) }, 1],
  ["with the right factor turned it is added", { a: add(sum, outer(x, y)), b: outer(z, y) }, 3],
];

test.each(CASES)(
  "sums over rows: %s, and equals the portable form to 1e-5",
  async (_, results, transposes) => {
    const { model } = lowerGraph(new Map(Object.entries(results)), { target: CPU_TARGET });
    expect(model.graph.nodes.filter(({ op }) => op === "Transpose")).toHaveLength(transposes);
    await expectEqualForms(results);
  },
);

test.each([
  ["of a matrix", reduceSum(y, [0])],
  ["of a matrix, axes kept", reduceSum(y, [0], true)],
  ["of a batch of matrices", reduceSum(cube, [0, 1])],
  ["of a batch of matrices, axes kept", reduceSum(cube, [0, 1], true)],
])("the sum over all rows %s is a product, and equals the portable form to 1e-5", async (_, total) => {
  const { model } = lowerGraph(new Map([["total", total]]), { target: CPU_TARGET });
  const ops = model.graph.nodes.map(({ op }) => op);
  expect(ops).toContain("MatMul");
  expect(ops).not.toContain("ReduceSum");
  await expectEqualForms({ total });
});

async function expectEqualForms(results: Record<string, Node>): Promise<void> {
  const random = new SeededRandom(4);
  const feeds = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [name, uniform(sizeOf(shape), random, -2, 2)]),
  );
  const cpu = await evaluate(results, feeds, CPU_TARGET);
  const portable = await evaluate(results, feeds, { opSet: "portable", precision: "float32" });
  for (const name of Object.keys(results)) {
    const expected = [...portable[name]!];
    [...cpu[name]!].forEach((value, k) => {
      expect(Number(value)).toBeCloseTo(Number(expected[k]), 5);
    });
    expect(cpu[name]).toHaveLength(expected.length);
  }
}
