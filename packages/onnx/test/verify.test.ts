import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  findViolations,
  float,
  GraphBuilder,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  printModel,
  pruneModel,
  RULES,
  type SpecRule,
  tensorOf,
  VerificationError,
  verifyModel,
} from "../src/index.ts";

/** x [batch, 3] → softmax(x · w + bias) */
function validModel(): OnnxModel {
  const b = new GraphBuilder("valid");
  const x = b.input("x", "float32", ["batch", 3]);
  const w = b.initializer("w", tensorOf("float32", [3, 2], [1, 2, 3, 4, 5, 6]));
  const sum = b.op("Add", [
    b.op("MatMul", [x, w]),
    b.initializer("bias", tensorOf("float32", [2], [0.5, 1])),
  ]);
  b.output("y", b.op("Softmax", [sum], { axis: -1 }));
  return b.build();
}

const withGraph = (change: (graph: OnnxGraph) => Partial<OnnxGraph>): OnnxModel => {
  const model = validModel();
  return { ...model, graph: { ...model.graph, ...change(model.graph) } };
};
const withNode = (op: string, change: Partial<OnnxNode>): OnnxModel =>
  withGraph(({ nodes }) => ({
    nodes: nodes.map((node) => (node.op === op ? { ...node, ...change } : node)),
  }));

const BROKEN: Record<SpecRule, [what: string, model: () => OnnxModel][]> = {
  S1: [
    ["an operator set that is not imported", () => ({ ...validModel(), opsets: {} })],
    [
      "a domain that is not imported",
      () => ({ ...withNode("MatMul", { op: "FusedMatMul", domain: "com.microsoft" }), opsets: { "": 21 } }),
    ],
  ],
  S2: [
    [
      "an input without a name",
      () => withGraph(({ inputs }) => ({ inputs: [...inputs, { name: "", dtype: "float32", shape: [] }] })),
    ],
    [
      "an input and an initializer of one name",
      () =>
        withGraph(({ inputs }) => ({ inputs: [...inputs, { name: "w", dtype: "float32", shape: [3, 2] }] })),
    ],
    ["two nodes that define one value", () => withGraph(({ nodes }) => ({ nodes: [...nodes, nodes[0]!] }))],
  ],
  S3: [
    ["nodes out of order", () => withGraph(({ nodes }) => ({ nodes: nodes.toReversed() }))],
    ["a value that nobody defines", () => withNode("Softmax", { inputs: ["nothing"] })],
  ],
  S4: [
    ["no output", () => withGraph(() => ({ outputs: [] }))],
    [
      "an output that no node computes",
      () => withGraph(() => ({ outputs: [{ name: "z", dtype: "float32", shape: [] }] })),
    ],
    ["an output listed twice", () => withGraph(({ outputs }) => ({ outputs: [...outputs, ...outputs] }))],
  ],
  S5: [["an op without a rule", () => withNode("Softmax", { op: "Softmin" })]],
  S6: [
    ["too many inputs", () => withNode("MatMul", { inputs: ["x", "w", "bias"] })],
    ["a needed input left out", () => withNode("MatMul", { inputs: ["x", ""] })],
    ["too many outputs", () => withNode("Softmax", { outputs: ["s1", "s2"] })],
  ],
  S7: [
    ["an attribute of another op", () => withNode("MatMul", { attributes: { alpha: float(2) } })],
    ["an attribute of another kind", () => withNode("Softmax", { attributes: { axis: float(1) } })],
  ],
  S8: [
    ["inner sizes that differ", () => withNode("MatMul", { inputs: ["w", "w"] })],
    [
      "an axis outside the shape",
      () => withNode("Softmax", { attributes: { axis: { kind: "int", value: 2 } } }),
    ],
    [
      "element types that differ",
      () =>
        withGraph(({ initializers }) => ({
          initializers: new Map([...initializers, ["w", tensorOf("float64", [3, 2], [1, 2, 3, 4, 5, 6])]]),
        })),
    ],
  ],
  S9: [
    [
      "an output of another element type",
      () => withGraph(({ outputs }) => ({ outputs: [{ ...outputs[0]!, dtype: "int64" }] })),
    ],
    [
      "an output of another size",
      () => withGraph(({ outputs }) => ({ outputs: [{ ...outputs[0]!, shape: ["batch", 3] }] })),
    ],
    [
      "an output of another rank",
      () => withGraph(({ outputs }) => ({ outputs: [{ ...outputs[0]!, shape: [2] }] })),
    ],
  ],
  S10: [
    [
      "an initializer with too few values",
      () =>
        withGraph(({ initializers }) => ({
          initializers: new Map([
            ...initializers,
            ["unused", { dtype: "float32", shape: [2], data: Float32Array.of(1) }],
          ]),
        })),
    ],
  ],
};

test("a valid model has no violation", () => {
  expect(findViolations(validModel())).toEqual([]);
  expect(() => verifyModel(validModel())).not.toThrow();
});

describe.each(Object.entries(BROKEN))("%s refuses", (rule, cases) => {
  test.each(cases)("%s", (_, model) => {
    expect(findViolations(model()).map((violation) => violation.rule)).toContain(rule);
    expect(() => verifyModel(model())).toThrow(VerificationError);
  });
});

test("every rule stands in SPEC.md, and no other", () => {
  const spec = readFileSync(new URL("../SPEC.md", import.meta.url), "utf8");
  const written = [...spec.matchAll(/^\| (S\d+) *\|/gm)].map(([, rule]) => rule);
  expect(written).toEqual(Object.values(RULES));
});

test("unknown ops of other producers are accepted when asked for", () => {
  expect(findViolations(withNode("Softmax", { op: "Softmin" }), { allowsUnknownOps: true })).toEqual([]);
});

test("a named size may be declared as a number", () => {
  expect(
    findViolations(withGraph(({ outputs }) => ({ outputs: [{ ...outputs[0]!, shape: [7, 2] }] }))),
  ).toEqual([]);
});

test("the printer shows every node with the type of its result", () => {
  expect(
    printModel(validModel())
      .split("\n")
      .map((line) => line.replaceAll(/_\d+/g, "")),
  ).toEqual([
    "valid(x: float32[batch, 3]) → y: float32[batch, 2]",
    "  w: float32[3, 2] = 1, 2, 3, 4, 5, 6",
    "  bias: float32[2] = 0.5, 1",
    "  matmul: float32[batch, 2] = MatMul(x, w)",
    "  add: float32[batch, 2] = Add(matmul, bias)",
    "  softmax: float32[batch, 2] = Softmax(add) axis=-1",
    "  y: float32[batch, 2] = Identity(softmax)",
    "",
  ]);
});

test("pruning drops what no output needs and nothing else", () => {
  const model = validModel();
  const b = new GraphBuilder("dead");
  const x = b.input("x", "float32", [2]);
  b.op("Neg", [b.op("Mul", [x, b.initializer("unused", tensorOf("float32", [2], [1, 2]))])]);
  b.output("y", b.op("Exp", [x]));
  const pruned = pruneModel(b.build());
  expect(pruned.graph.nodes.map(({ op }) => op)).toEqual(["Exp", "Identity"]);
  expect([...pruned.graph.initializers.keys()]).toEqual([]);
  expect(pruneModel(model)).toEqual(model);
});
