/**
 * Tiger (J. Su 2023, "Tiger: a tight-fisted optimizer"): Lion with one β, accumulation hidden in the momentum, and
 * rates relative to each tensor.
 *
 *   m ← βm + (1−β)g ;  θ ← θ − η_θ (sign(m) + λθ), λ only on matrices
 *   η_θ = 0.5·η for biases and norm scales, RMS(θ)·η for the rest
 *
 * A gradient that is not finite does not end the run: m stays and θ shrinks towards its neutral value c
 * (1 for norm scales, else 0), θ ← (θ − c)·0.99 + c.
 *
 * Where we differ: RMS(θ) is at least `minScale`, or tensors that start at zero would never move.
 */
import type { Gradient, GradientSet, Parameter, ParameterSet } from "../parameters.ts";
import {
  counter,
  denseData,
  MomentBuffers,
  type Optimizer,
  type OptimizerState,
  rootMeanSquare,
} from "./optimizer.ts";

const SHRINK = 0.99;
const VECTOR_RATE = 0.5;

export interface TigerOptions {
  /** β, default 0.965 */
  readonly b1?: number;
  /** λ, default 0.01 */
  readonly weightDecay?: number;
  /** Micro-steps per update, default 1. */
  readonly gradAccumSteps?: number;
  /** Smallest RMS(θ) used as a rate, default 1e-3. */
  readonly minScale?: number;
  /** Neutral value of a tensor; default: 1 for vectors whose name ends in `scale` or `gamma`, else 0. */
  readonly neutralValue?: (name: string, parameter: Parameter) => number;
}

const defaultNeutralValue = (name: string, parameter: Parameter) =>
  parameter.shape.length <= 1 && /(scale|gamma)$/i.test(name) ? 1 : 0;

export class Tiger implements Optimizer {
  readonly #options: Required<TigerOptions>;
  readonly #moments = new MomentBuffers();
  #microStep = 0;

  constructor(options: TigerOptions = {}) {
    this.#options = {
      b1: 0.965,
      weightDecay: 0.01,
      gradAccumSteps: 1,
      minScale: 1e-3,
      neutralValue: defaultNeutralValue,
      ...options,
    };
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    this.#microStep++;
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      if (gradient.data.every(Number.isFinite)) this.#move(name, parameter, gradient, learningRate);
      else this.#shrink(name, parameter);
    }
  }

  #move(name: string, parameter: Parameter, gradient: Gradient, learningRate: number): void {
    const { b1, gradAccumSteps: k, minScale, weightDecay } = this.#options;
    const keep = (this.#microStep - 1) % k === 0 ? b1 : 1;
    const gain = (1 - b1) / k;
    const moves = this.#microStep % k === 0;
    const isVector = parameter.shape.length <= 1;
    const theta = parameter.data;
    const rate = learningRate * (isVector ? VECTOR_RATE : Math.max(minScale, rootMeanSquare(theta)));
    const decay = isVector ? 0 : weightDecay;
    const mu = this.#moments.get("mu", name, theta.length);
    const g = denseData(parameter, gradient);
    for (let i = 0; i < theta.length; i++) {
      const m = keep * mu[i]! + gain * g[i]!;
      mu[i] = m;
      if (moves) theta[i] = theta[i]! - rate * (Math.sign(m) + decay * theta[i]!);
    }
  }

  #shrink(name: string, parameter: Parameter): void {
    const neutral = this.#options.neutralValue(name, parameter);
    const theta = parameter.data;
    for (let i = 0; i < theta.length; i++) theta[i] = (theta[i]! - neutral) * SHRINK + neutral;
  }

  state(): OptimizerState {
    return { counters: { microStep: this.#microStep }, tensors: this.#moments.tensors };
  }

  restore(state: OptimizerState): void {
    this.#microStep = counter(state, "microStep");
    this.#moments.restore(state.tensors);
  }
}
