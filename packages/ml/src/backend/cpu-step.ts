import type { SeededRandom } from "../data/seeded-random.ts";
import type { Seed } from "../graph/gradients.ts";
import { CPU_TARGET, lowerGraph } from "../graph/lower.ts";
import type { Node } from "../graph/node.ts";
import { elementCount, type Gradient, type ParameterSet } from "../parameters.ts";
import { CpuSession, type CpuSessionOptions, type Feeds, type FetchedArray } from "./cpu-session.ts";
import { MaskPools } from "./mask-pools.ts";
import { addRowPieces, mergeRowPieces, type RowPiece } from "./scatter.ts";
import {
  buildPullBackGraph,
  buildStepGraph,
  type GradientParts,
  type StepDefinition,
  type StepGraphOptions,
} from "./step-graph.ts";

export interface StepResult {
  readonly loss: number;
  /** by metric name; scalars have one element */
  readonly metrics: Readonly<Record<string, FetchedArray>>;
  readonly gradients: ReadonlyMap<string, Gradient>;
}

/** Loss and gradients of one batch shape as one compiled graph. Parameters and optimiser stay outside. */
export interface TrainStep {
  /**
   * @param feeds the graph's inputs except dropout masks
   * @param random draws the dropout masks; the same state gives the same masks
   */
  run(parameters: ParameterSet, feeds: Feeds, random: SeededRandom): Promise<StepResult>;
  release(): Promise<void>;
}

/** A forward graph: named values, no gradients. */
export interface ForwardGraph {
  run(parameters: ParameterSet, feeds: Feeds, random?: SeededRandom): Promise<Record<string, FetchedArray>>;
  release(): Promise<void>;
}

export type CompileOptions = CpuSessionOptions & StepGraphOptions;

const LOSS = "loss";

/** Compiles loss, metrics and gradients for the CPU provider. */
export async function compileTrainStep(
  definition: StepDefinition,
  options: CompileOptions = {},
): Promise<TrainStep> {
  const graph = buildStepGraph(definition, options);
  const outputs = new Map<string, Node>([[LOSS, graph.loss]]);
  for (const [name, node] of Object.entries(graph.metrics)) outputs.set(`metric/${name}`, node);
  for (const parts of graph.gradients) addGradientOutputs(outputs, parts);
  const runner = await GraphRunner.create(outputs, options);
  return {
    async run(parameters, feeds, random) {
      const fetched = await runner.run(parameters, feeds, random);
      const metrics = Object.keys(graph.metrics).map((name) => [name, fetched[`metric/${name}`]!] as const);
      return {
        loss: Number(fetched[LOSS]![0]),
        metrics: Object.fromEntries(metrics),
        gradients: new Map(
          graph.gradients.map((parts) => [parts.parameter.op.name, readGradient(parts, fetched)]),
        ),
      };
    },
    release: () => runner.release(),
  };
}

/** Parameter gradients for cotangents that the caller feeds. */
export interface PullBackStep {
  run(parameters: ParameterSet, feeds: Feeds, random: SeededRandom): Promise<ReadonlyMap<string, Gradient>>;
  release(): Promise<void>;
}

/** Compiles the gradients of all parameters for cotangents that enter at the seeds. */
export async function compilePullBack(
  seeds: readonly Seed[],
  options: CompileOptions = {},
): Promise<PullBackStep> {
  const gradients = buildPullBackGraph(seeds, options.frozen);
  const outputs = new Map<string, Node>();
  for (const parts of gradients) addGradientOutputs(outputs, parts);
  const runner = await GraphRunner.create(outputs, options);
  return {
    async run(parameters, feeds, random) {
      const fetched = await runner.run(parameters, feeds, random);
      return new Map(gradients.map((parts) => [parts.parameter.op.name, readGradient(parts, fetched)]));
    },
    release: () => runner.release(),
  };
}

/** Compiles named values for the CPU provider, without gradients. */
export async function compileForward(
  outputs: Readonly<Record<string, Node>>,
  options: CpuSessionOptions = {},
): Promise<ForwardGraph> {
  return GraphRunner.create(new Map(Object.entries(outputs)), options);
}

const gradientName = (parts: GradientParts): string => `gradient/${parts.parameter.op.name}`;

function addGradientOutputs(outputs: Map<string, Node>, parts: GradientParts): void {
  const name = gradientName(parts);
  if (parts.dense) outputs.set(name, parts.dense);
  parts.rowPieces.forEach(({ values, ids }, k) => {
    outputs.set(`${name}/values${k}`, values);
    outputs.set(`${name}/ids${k}`, ids);
  });
}

function readGradient(parts: GradientParts, fetched: Readonly<Record<string, FetchedArray>>): Gradient {
  const name = gradientName(parts);
  const pieces = parts.rowPieces.map(
    (_, k): RowPiece => ({
      values: fetched[`${name}/values${k}`] as Float32Array,
      ids: fetched[`${name}/ids${k}`] as Int32Array,
    }),
  );
  const width = elementCount(parts.parameter.shape.slice(1) as number[]);
  if (!parts.dense) return mergeRowPieces(pieces, width);
  const data = fetched[name] as Float32Array;
  addRowPieces(data, pieces, width);
  return { kind: "dense", data };
}

/** Feeds parameters and dropout masks beside the caller's values. */
class GraphRunner implements ForwardGraph {
  readonly #session: CpuSession;
  readonly #parameterNames: readonly string[];
  readonly #masks: MaskPools;

  private constructor(session: CpuSession, parameterNames: readonly string[], masks: MaskPools) {
    this.#session = session;
    this.#parameterNames = parameterNames;
    this.#masks = masks;
  }

  static async create(outputs: ReadonlyMap<string, Node>, options: CpuSessionOptions): Promise<GraphRunner> {
    const lowered = lowerGraph(outputs, { target: CPU_TARGET });
    const session = await CpuSession.create(lowered.model, options);
    return new GraphRunner(
      session,
      lowered.parameters.map(({ op }) => op.name),
      new MaskPools(lowered.inputs),
    );
  }

  async run(
    parameters: ParameterSet,
    feeds: Feeds,
    random?: SeededRandom,
  ): Promise<Record<string, FetchedArray>> {
    const all: Record<string, Feeds[string]> = { ...feeds, ...this.#masks.draw(random) };
    for (const name of this.#parameterNames) all[name] = parameters.get(name).data;
    return this.#session.run(all);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
