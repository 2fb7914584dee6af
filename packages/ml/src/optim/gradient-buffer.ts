import type { GradientSet, ParameterSet } from "../parameters.ts";
import { counter, denseData, MomentBuffers, type Optimizer, type OptimizerState } from "./optimizer.ts";

/** Ordinary accumulation: averages the gradients of k micro-steps in a buffer, then lets the inner optimiser step. */
export class GradientBuffer implements Optimizer {
  readonly #inner: Optimizer;
  readonly #gradAccumSteps: number;
  readonly #sums = new MomentBuffers();
  #microStep = 0;

  constructor(inner: Optimizer, gradAccumSteps: number) {
    this.#inner = inner;
    this.#gradAccumSteps = gradAccumSteps;
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      const sum = this.#sums.get("sum", name, parameter.data.length);
      const g = denseData(parameter, gradient);
      for (let i = 0; i < g.length; i++) sum[i] = sum[i]! + g[i]! / this.#gradAccumSteps;
    }
    if (++this.#microStep % this.#gradAccumSteps !== 0) return;
    const means = [...this.#sums.tensors].map(
      ([key, data]) => [key.slice("sum/".length), { kind: "dense", data }] as const,
    );
    this.#inner.update(parameters, new Map(means), learningRate);
    this.#sums.tensors.clear();
  }

  state(): OptimizerState {
    const inner = this.#inner.state();
    return {
      counters: { ...prefixed(inner.counters), microStep: this.#microStep },
      tensors: new Map([
        ...this.#sums.tensors,
        ...[...inner.tensors].map(([k, v]) => [`inner/${k}`, v] as const),
      ]),
    };
  }

  restore(state: OptimizerState): void {
    this.#microStep = counter(state, "microStep");
    const isInner = ([key]: readonly [string, unknown]) => key.startsWith("inner/");
    this.#sums.restore(new Map([...state.tensors].filter((entry) => !isInner(entry))));
    this.#inner.restore(innerState(state));
  }
}

const prefixed = (counters: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counters).map(([key, value]) => [`inner/${key}`, value]));

/** The part of a wrapping optimiser's state that belongs to the one inside. */
export function innerState(state: OptimizerState): OptimizerState {
  const strip = <T>(entries: Iterable<readonly [string, T]>) =>
    [...entries]
      .filter(([key]) => key.startsWith("inner/"))
      .map(([key, value]) => [key.slice("inner/".length), value] as const);
  return {
    counters: Object.fromEntries(strip(Object.entries(state.counters))),
    tensors: new Map(strip(state.tensors)),
  };
}
