/** Lookahead (Zhang et al. 2019, arXiv 1907.08610): every k steps slow ← slow + α(fast − slow); fast ← slow. */
import type { GradientSet, ParameterSet } from "../parameters.ts";
import { innerState } from "./gradient-buffer.ts";
import { counter, type Optimizer, type OptimizerState } from "./optimizer.ts";

export interface LookaheadOptions {
  /** k, default 5 */
  readonly syncSteps?: number;
  /** α, default 0.5 */
  readonly slowRate?: number;
}

export class Lookahead implements Optimizer {
  readonly #inner: Optimizer;
  readonly #syncSteps: number;
  readonly #slowRate: number;
  readonly #slow = new Map<string, Float32Array>();
  #step = 0;

  constructor(inner: Optimizer, options: LookaheadOptions = {}) {
    this.#inner = inner;
    this.#syncSteps = options.syncSteps ?? 5;
    this.#slowRate = options.slowRate ?? 0.5;
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    if (this.#slow.size === 0) {
      for (const name of parameters.names) this.#slow.set(name, parameters.get(name).data.slice());
    }
    this.#inner.update(parameters, gradients, learningRate);
    if (++this.#step % this.#syncSteps !== 0) return;
    for (const [name, slow] of this.#slow) {
      const fast = parameters.get(name).data;
      for (let i = 0; i < slow.length; i++) slow[i] = slow[i]! + this.#slowRate * (fast[i]! - slow[i]!);
      fast.set(slow);
    }
  }

  state(): OptimizerState {
    const inner = this.#inner.state();
    const counters = Object.entries(inner.counters).map(([key, value]) => [`inner/${key}`, value]);
    return {
      counters: { ...Object.fromEntries(counters), step: this.#step },
      tensors: new Map([
        ...[...this.#slow].map(([name, data]) => [`slow/${name}`, data] as const),
        ...[...inner.tensors].map(([key, data]) => [`inner/${key}`, data] as const),
      ]),
    };
  }

  restore(state: OptimizerState): void {
    this.#step = counter(state, "step");
    this.#slow.clear();
    for (const [key, data] of state.tensors) {
      if (key.startsWith("slow/")) this.#slow.set(key.slice("slow/".length), data.slice());
    }
    this.#inner.restore(innerState(state));
  }
}
