/**
 * Run by webgpu.integration.test.ts in a process of its own, since the Vulkan loader reads its settings at start. Prints one line of
 * JSON: differences between WebGPU and CPU.
 */
import { encodeModel } from "@cool-papers/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { compileTrainStep } from "../src/backend/cpu-step.ts";
import { DEVICE_ADAMW, DeviceTrainer } from "../src/backend/device-trainer.ts";
import { MaskPools } from "../src/backend/mask-pools.ts";
import { parametersOf } from "../src/backend/step-graph.ts";
import { SeededRandom } from "../src/data/seeded-random.ts";
import { gradients, lowerGraph, type Node } from "../src/graph/index.ts";
import { DISTILLATION_DEFAULTS, distillationTask, encoderConfig } from "../src/models/index.ts";
import { initializeParameters } from "../src/nn/index.ts";
import { AdamW } from "../src/optim/index.ts";
import { copyParameters, type Gradient, type ParameterSet } from "../src/parameters.ts";

const config = encoderConfig({
  vocabSize: 40,
  hiddenSize: 16,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  pooling: "weighted",
  layerNormEpsilon: 1e-5,
  initializerStd: 0.3,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
});
const task = distillationTask({ config, ...DISTILLATION_DEFAULTS, teacherDimensions: 8 });
const random = new SeededRandom(4);
const rows = (count: number, length: number) => ({
  rows: count,
  length,
  ids: Int32Array.from({ length: count * length }, () => random.nextBelow(40)),
  lengths: Int32Array.from({ length: count }, () => 1 + random.nextBelow(length)),
});
const vectors = (): Float32Array => Float32Array.from({ length: 6 * 8 }, () => random.next() - 0.5);
const batch = {
  short: rows(4, 5),
  long: rows(2, 8),
  m: vectors(),
  e: vectors(),
  mMask: Float32Array.of(1, 1, 0, 1, 0, 1),
};
const definition = task.define(batch);
const parameters = initializeParameters(definition.specs, 2);
const feeds = task.feeds(batch);

const dense = (gradient: Gradient, length: number): Float32Array => {
  if (gradient.kind === "dense") return gradient.data;
  const data = new Float32Array(length);
  const width = gradient.data.length / gradient.rows.length;
  gradient.rows.forEach((row, k) => {
    data.set(gradient.data.subarray(k * width, (k + 1) * width), row * width);
  });
  return data;
};
const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((max, value, k) => Math.max(max, Math.abs(value - b[k]!)), 0);

const cpu = await compileTrainStep(definition);
const onCpu = await cpu.run(parameters, feeds, new SeededRandom(7));

/** The gradients themselves, computed on the device. */
async function gradientDifference(): Promise<number> {
  const leaves = parametersOf([definition.loss]);
  const slopes = gradients(definition.loss, leaves);
  const outputs = new Map<string, Node>(leaves.map(({ op }, k) => [`g/${op.name}`, slopes[k]!] as const));
  const lowered = lowerGraph(outputs, { target: { opSet: "portable", precision: "float32" } });
  const session = await InferenceSession.create(encodeModel(lowered.model), {
    executionProviders: ["webgpu"],
    logSeverityLevel: 3,
  });
  const all: Record<string, Tensor> = {};
  const fed = { ...feeds, ...new MaskPools(lowered.inputs).draw(new SeededRandom(7)) };
  for (const { op, dtype, shape } of lowered.inputs)
    all[op.name] = new Tensor(
      dtype === "int" ? "int32" : "float32",
      fed[op.name] as never,
      shape as number[],
    ) as Tensor;
  for (const { op, shape } of lowered.parameters)
    all[op.name] = new Tensor("float32", parameters.get(op.name).data, shape as number[]) as Tensor;
  const results = await session.run(all);
  await session.release();
  const differences = leaves.map(({ op }) => {
    const expected = dense(onCpu.gradients.get(op.name)!, parameters.get(op.name).data.length);
    return worst(results[`g/${op.name}`]!.data as Float32Array, expected);
  });
  return Math.max(...differences);
}

const STEPS = 3;

async function cpuParameters(): Promise<{ parameters: ParameterSet; losses: number[] }> {
  const trained = copyParameters(parameters);
  const optimizer = new AdamW({ weightDecay: DEVICE_ADAMW.weightDecay, gradAccumSteps: 1 });
  const masks = new SeededRandom(7);
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) {
    const result = await cpu.run(trained, feeds, masks);
    losses.push(result.loss);
    const all = [...result.gradients].map(
      ([name, gradient]) =>
        [name, { kind: "dense", data: dense(gradient, trained.get(name).data.length) }] as const,
    );
    optimizer.update(trained, new Map(all), 1e-3);
  }
  return { parameters: trained, losses };
}

const device = await DeviceTrainer.create(definition, parameters, { provider: "webgpu" });
const masks = new SeededRandom(7);
const deviceLosses: number[] = [];
for (let k = 0; k < STEPS; k++) deviceLosses.push(await device.update(feeds, 1e-3, masks));
const onDevice = await device.readParameters();
const reference = await cpuParameters();
const report = {
  gradientDifference: await gradientDifference(),
  locations: [...new Set(device.locations().values())],
  lossDifference: worst(deviceLosses, reference.losses),
  lossFall: deviceLosses[0]! - deviceLosses.at(-1)!,
  parameterDifference: Math.max(
    ...onDevice.names.map((name) => worst(onDevice.get(name).data, reference.parameters.get(name).data)),
  ),
};
console.log(JSON.stringify(report));
await cpu.release();
await device.release();
