import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import {
  decodeModel,
  encodeModel,
  float,
  GraphBuildError,
  GraphBuilder,
  OnnxFormatError,
  tensorNumbers,
  tensorOf,
} from "../src/index.ts";

function affineModel() {
  const b = new GraphBuilder("affine");
  const x = b.input("x", "float32", ["batch", 3]);
  const w = b.initializer("w", tensorOf("float32", [3, 2], [1, 2, 3, 4, 5, 6]));
  const bias = b.initializer("bias", tensorOf("float32", [2], [0.5, -0.5]));
  b.output("y", b.op("Gemm", [x, w, bias], { alpha: float(2) }));
  return b.build({ purpose: "test" });
}

test("a written model runs in onnxruntime and gives the values computed by hand", async () => {
  const session = await InferenceSession.create(encodeModel(affineModel()));
  const { y } = await session.run({ x: new OrtTensor("float32", Float32Array.of(1, 0, -1), [1, 3]) });
  expect(Array.from(y!.data as Float32Array)).toEqual([2 * (1 - 5) + 0.5, 2 * (2 - 6) - 0.5]);
  await session.release();
});

test("a model read back equals the model written", () => {
  const model = affineModel();
  const bytes = encodeModel(model);
  const read = decodeModel(bytes);
  expect(read.graph.nodes).toEqual(model.graph.nodes);
  expect(read.graph.inputs).toEqual(model.graph.inputs);
  expect(read.graph.outputs).toEqual(model.graph.outputs);
  expect(read.metadata).toEqual({ purpose: "test" });
  expect(read.opsets).toEqual(model.opsets);
  expect(tensorNumbers(read.graph.initializers.get("w")!)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(encodeModel(read)).toEqual(bytes);
});

test("bytes that are no model are refused by name", () => {
  expect(() => decodeModel(new TextEncoder().encode("hello, this is no model"))).toThrow(OnnxFormatError);
  expect(() => decodeModel(new Uint8Array())).toThrow("it has no graph");
});

test("a node that does not fit its inputs fails where it is added", () => {
  const b = new GraphBuilder("bad");
  const x = b.input("x", "float32", ["batch", 3]);
  const w = b.input("w", "float32", [4, 2]);
  expect(() => b.op("MatMul", [x, w])).toThrow(GraphBuildError);
  expect(() => b.op("MatMul", [x, w])).toThrow("[batch, 3] times [4, 2]: inner sizes differ");
  expect(() => b.input("x", "float32", [])).toThrow('the name "x" is used twice');
});
