import { encodeModel, GraphBuilder, type OnnxModel } from "@cool-papers/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { SeededRandom } from "../data/seeded-random.ts";
import {
  add,
  div,
  gradients,
  input,
  type LoweredGraph,
  lowerGraph,
  mul,
  type Node,
  parameter,
  sqrt,
  square,
  sub,
} from "../graph/index.ts";
import { elementCount, type ParameterSet, parameterSet } from "../parameters.ts";
import type { Feeds } from "./cpu-session.ts";
import { MaskPools } from "./mask-pools.ts";
import { parametersOf, type StepDefinition } from "./step-graph.ts";

/** AdamW inside the graph; see `optim/adamw.ts` for the formula. */
export interface DeviceAdamW {
  readonly b1: number;
  readonly b2: number;
  readonly eps: number;
  /** applied to parameters of two and more axes */
  readonly weightDecay: number;
}

export const DEVICE_ADAMW: DeviceAdamW = { b1: 0.9, b2: 0.999, eps: 1e-8, weightDecay: 0.01 };

export interface DeviceOptions {
  readonly provider: "webgpu" | "cuda";
  readonly optimizer?: DeviceAdamW;
  /** Names of parameters that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
}

/** Scalars fed at every step: they change with the step, so they are no constants. */
const [RATE, CORRECTION_1, CORRECTION_2] = [
  "optimizer/rate",
  "optimizer/correction1",
  "optimizer/correction2",
] as const;
const LOSS = "loss";

/**
 * Training on a GPU: forward pass, backward pass and optimiser are one graph, and parameters and moments never leave
 * the device between steps. The results of a step are fed to the next as they are; a graph never writes a buffer that it
 * reads.
 */
export class DeviceTrainer {
  readonly #session: InferenceSession;
  readonly #lowered: LoweredGraph;
  readonly #options: DeviceOptions;
  readonly #optimizer: DeviceAdamW;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #masks: MaskPools;
  /** by name of the graph's input: parameters, `mu/…`, `nu/…` */
  #state: Map<string, Tensor>;
  #step = 0;

  private constructor(
    session: InferenceSession,
    lowered: LoweredGraph,
    options: DeviceOptions,
    state: Map<string, Tensor>,
  ) {
    this.#session = session;
    this.#lowered = lowered;
    this.#options = options;
    this.#optimizer = options.optimizer ?? DEVICE_ADAMW;
    this.#state = state;
    this.#shapes = new Map([...state].map(([name, tensor]) => [name, tensor.dims] as const));
    this.#masks = new MaskPools(lowered.inputs);
  }

  /** Compiles the step for the device. `parameters` are copied; read the trained ones with `readParameters`. */
  static async create(
    definition: StepDefinition,
    parameters: ParameterSet,
    options: DeviceOptions,
  ): Promise<DeviceTrainer> {
    const optimizer = options.optimizer ?? DEVICE_ADAMW;
    const trained = parametersOf([definition.loss]).filter(({ op }) => !options.frozen?.has(op.name));
    const outputs = updateGraph(definition.loss, trained, optimizer);
    const lowered = lowerGraph(outputs, { target: { opSet: "portable", precision: "float32" } });
    const location = (name: string): "cpu" | "gpu-buffer" => (name === LOSS ? "cpu" : "gpu-buffer");
    const session = await InferenceSession.create(encodeModel(lowered.model), {
      executionProviders: [options.provider],
      preferredOutputLocation: Object.fromEntries([...outputs.keys()].map((name) => [name, location(name)])),
      logSeverityLevel: 3,
    });
    return new DeviceTrainer(session, lowered, options, initialState(lowered, parameters));
  }

  /** One update. @returns the loss before it */
  async update(feeds: Feeds, learningRate: number, random: SeededRandom): Promise<number> {
    this.#step++;
    const { b1, b2 } = this.#optimizer;
    const scalar = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
    const all: Record<string, Tensor> = {
      [RATE]: scalar(learningRate),
      [CORRECTION_1]: scalar(1 / (1 - b1 ** this.#step)),
      [CORRECTION_2]: scalar(1 / (1 - b2 ** this.#step)),
      ...Object.fromEntries(this.#state),
    };
    const masks = this.#masks.draw(random);
    for (const { op, dtype, shape } of this.#lowered.inputs) {
      if (op.name in all) continue;
      const data = (masks[op.name] ?? feeds[op.name]) as Float32Array;
      all[op.name] = new Tensor(
        dtype === "int" ? "int32" : "float32",
        data as never,
        shape as number[],
      ) as Tensor;
    }
    const results = await this.#session.run(all);
    const before = this.#state;
    this.#state = new Map(
      [...before].map(([name, tensor]) => [name, (results[nextName(name)] as Tensor) ?? tensor] as const),
    );
    for (const [name, tensor] of before) if (this.#state.get(name) !== tensor) tensor.dispose();
    return Number((results[LOSS]!.data as Float32Array)[0]);
  }

  /** Where each tensor of the state is: "gpu-buffer" after the first step. */
  locations(): ReadonlyMap<string, string> {
    return new Map([...this.#state].map(([name, tensor]) => [name, tensor.location] as const));
  }

  /** Copies the parameters (and nothing else) from the device. */
  async readParameters(): Promise<ParameterSet> {
    const names = [...this.#state.keys()].filter((name) => !isMoment(name));
    // getData() on a device tensor of another session ends the process; an identity graph brings it over.
    const reader = await InferenceSession.create(encodeModel(identityModel(names, this.#shapes)), {
      executionProviders: [this.#options.provider],
    });
    const results = await reader.run(Object.fromEntries(names.map((name) => [name, this.#state.get(name)!])));
    const entries = names.map((name) => {
      const data = Float32Array.from(results[nextName(name)]!.data as Float32Array);
      return [name, { data, shape: this.#shapes.get(name)! }] as const;
    });
    await reader.release();
    return parameterSet(entries);
  }

  async release(): Promise<void> {
    for (const tensor of this.#state.values()) tensor.dispose();
    await this.#session.release();
  }
}

const nextName = (name: string): string => `next/${name}`;
const isMoment = (name: string): boolean => name.startsWith("mu/") || name.startsWith("nu/");

/** Loss, and the next value of every parameter and moment. */
function updateGraph(
  loss: Node,
  trained: readonly Node<"parameter">[],
  optimizer: DeviceAdamW,
): Map<string, Node> {
  const outputs = new Map<string, Node>([[LOSS, loss]]);
  const slopes = gradients(loss, trained);
  const rate = input(RATE, "float", []);
  const [correction1, correction2] = [input(CORRECTION_1, "float", []), input(CORRECTION_2, "float", [])];
  trained.forEach((theta, k) => {
    const g = slopes[k];
    if (!g) return;
    const { name } = theta.op;
    const shape = theta.shape as number[];
    const { b1, b2, eps, weightDecay } = optimizer;
    const mu = add(mul(parameter(`mu/${name}`, shape), b1), mul(g, 1 - b1));
    const nu = add(mul(parameter(`nu/${name}`, shape), b2), mul(square(g), 1 - b2));
    const direction = div(mul(mu, correction1), add(sqrt(mul(nu, correction2)), eps));
    const decayed = shape.length > 1 && weightDecay > 0 ? add(direction, mul(theta, weightDecay)) : direction;
    outputs.set(nextName(name), sub(theta, mul(rate, decayed)));
    outputs.set(nextName(`mu/${name}`), mu);
    outputs.set(nextName(`nu/${name}`), nu);
  });
  return outputs;
}

function initialState({ parameters: nodes }: LoweredGraph, parameters: ParameterSet): Map<string, Tensor> {
  return new Map(
    nodes.map(({ op: { name }, shape }) => {
      const data = isMoment(name)
        ? new Float32Array(elementCount(shape as number[]))
        : parameters.get(name).data;
      return [name, new Tensor("float32", data, shape as number[]) as Tensor] as const;
    }),
  );
}

function identityModel(names: readonly string[], shapes: ReadonlyMap<string, readonly number[]>): OnnxModel {
  const builder = new GraphBuilder("read");
  for (const name of names) builder.output(nextName(name), builder.input(name, "float32", shapes.get(name)!));
  return builder.build();
}
