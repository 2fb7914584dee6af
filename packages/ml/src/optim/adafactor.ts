/**
 * AdaFactor (Shazeer & Stern 2018, arXiv 1804.04235) without momentum: for a matrix the second moment is kept as
 * means over rows and columns, V̂_ij = R_i·C_j / mean(R); for a vector in full.
 *
 *   β2_t = 1 − t^−0.8 ;  R ← β2 R + (1−β2)·rowMean(g² + ε1) ;  C likewise over columns
 *   u = g/√V̂ ;  û = u / max(1, RMS(u)/d) ;  θ ← θ − α_t û − α_t λ θ
 *   α_t = η·max(ε2, RMS(θ)) when rates are relative (the default), else η
 *
 * Rows gradients count as dense ones: the factors are small, so the untouched rows cost only their zeros.
 */
import type { GradientSet, Parameter, ParameterSet } from "../parameters.ts";
import {
  counter,
  DEFAULT_POLICY,
  denseData,
  MomentBuffers,
  type Optimizer,
  type OptimizerState,
  type ParameterPolicy,
  rootMeanSquare,
} from "./optimizer.ts";

export interface AdaFactorOptions {
  /** ε1, default 1e-30 */
  readonly eps?: number;
  /** ε2, smallest RMS(θ) used as a rate, default 1e-3 */
  readonly minScale?: number;
  /** d, default 1 */
  readonly clippingThreshold?: number;
  /** Exponent of the decay of β2, default 0.8 */
  readonly decayExponent?: number;
  /** Multiply the rate by RMS(θ), default true */
  readonly relativeRate?: boolean;
  readonly weightDecay?: number;
  readonly policy?: ParameterPolicy;
}

export class AdaFactor implements Optimizer {
  readonly #options: Required<AdaFactorOptions>;
  readonly #moments = new MomentBuffers();
  #step = 0;

  constructor(options: AdaFactorOptions = {}) {
    this.#options = {
      eps: 1e-30,
      minScale: 1e-3,
      clippingThreshold: 1,
      decayExponent: 0.8,
      relativeRate: true,
      weightDecay: 0,
      policy: DEFAULT_POLICY,
      ...options,
    };
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    const { clippingThreshold, decayExponent, minScale, policy, relativeRate, weightDecay } = this.#options;
    this.#step++;
    const b2 = 1 - this.#step ** -decayExponent;
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      const theta = parameter.data;
      const g = denseData(parameter, gradient);
      const update =
        parameter.shape.length === 2 ? this.#factored(name, parameter, g, b2) : this.#full(name, g, b2);
      const clip = Math.max(1, rootMeanSquare(update) / clippingThreshold);
      const scale = relativeRate ? Math.max(minScale, rootMeanSquare(theta)) : 1;
      const rate = learningRate * policy.rateScale(name, parameter) * scale;
      const decay = weightDecay * policy.decayScale(name, parameter);
      for (let i = 0; i < theta.length; i++) {
        theta[i] = theta[i]! - rate * (update[i]! / clip + decay * theta[i]!);
      }
    }
  }

  /** g/√V̂ with V̂ from row and column means. */
  #factored(name: string, parameter: Parameter, g: Float32Array, b2: number): Float32Array {
    const { eps } = this.#options;
    const [rows, columns] = parameter.shape as [number, number];
    const rowSums = new Float64Array(rows);
    const columnSums = new Float64Array(columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const square = g[r * columns + c]! ** 2 + eps;
        rowSums[r] = rowSums[r]! + square;
        columnSums[c] = columnSums[c]! + square;
      }
    }
    const rowMeans = this.#moments.get("row", name, rows);
    const columnMeans = this.#moments.get("column", name, columns);
    let total = 0;
    for (let r = 0; r < rows; r++) {
      rowMeans[r] = b2 * rowMeans[r]! + ((1 - b2) * rowSums[r]!) / columns;
      total += rowMeans[r]!;
    }
    for (let c = 0; c < columns; c++) {
      columnMeans[c] = b2 * columnMeans[c]! + ((1 - b2) * columnSums[c]!) / rows;
    }
    const meanOfRows = total / rows;
    const update = new Float32Array(g.length);
    for (let r = 0; r < rows; r++) {
      const rowFactor = rowMeans[r]! / meanOfRows;
      for (let c = 0; c < columns; c++) {
        const i = r * columns + c;
        update[i] = g[i] === 0 ? 0 : g[i]! / Math.sqrt(rowFactor * columnMeans[c]!);
      }
    }
    return update;
  }

  #full(name: string, g: Float32Array, b2: number): Float32Array {
    const nu = this.#moments.get("nu", name, g.length);
    return g.map((value, i) => {
      nu[i] = b2 * nu[i]! + (1 - b2) * (value * value + this.#options.eps);
      return value === 0 ? 0 : value / Math.sqrt(nu[i]!);
    });
  }

  state(): OptimizerState {
    return { counters: { step: this.#step }, tensors: this.#moments.tensors };
  }

  restore(state: OptimizerState): void {
    this.#step = counter(state, "step");
    this.#moments.restore(state.tensors);
  }
}
