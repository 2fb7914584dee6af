import type { Gradient, GradientSet, Parameter, ParameterSet } from "../parameters.ts";

/** Moments and counters of an optimiser, as a checkpoint stores them. */
export interface OptimizerState {
  readonly counters: Readonly<Record<string, number>>;
  /** By `<buffer>/<parameter>`, for instance `mu/encoder.embedding`. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** Changes parameters in place from their gradients. */
export interface Optimizer {
  /**
   * One step. Parameters without a gradient stay; of a rows gradient only the rows named are touched, their moments
   * included ("lazy" updates), unless the optimiser says otherwise.
   *
   * @param learningRate rate of this step, from a schedule
   */
  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void;
  state(): OptimizerState;
  /** @throws OptimizerStateError when a counter is missing */
  restore(state: OptimizerState): void;
}

/** A stored state does not fit the optimiser. */
export class OptimizerStateError extends Error {
  override readonly name = "OptimizerStateError";
}

/** What one parameter gets of the learning rate and of the weight decay. */
export interface ParameterPolicy {
  /** Factor on the learning rate, for layer-wise decay. */
  rateScale(name: string, parameter: Parameter): number;
  /** Factor on the weight decay: 0 or 1. */
  decayScale(name: string, parameter: Parameter): number;
}

/** Full rate everywhere; biases and norm scales (tensors of one axis) do not decay. */
export const DEFAULT_POLICY: ParameterPolicy = {
  rateScale: () => 1,
  decayScale: (_name, parameter) => (parameter.shape.length > 1 ? 1 : 0),
};

/**
 * Layers at the full rate, everything else at `factor` of it: for new layers on a trained bag, whose embeddings, and the rare ones
 * first of all, would be shaken by the layers' rate.
 */
export const slowerOutsideLayers = (factor: number): ParameterPolicy => ({
  ...DEFAULT_POLICY,
  rateScale: (name) => (name.startsWith("layers.") ? 1 : factor),
});

/** Called for each contiguous piece: values [at, at + length) of the parameter belong to gradient [from, from + length). */
export type SegmentUpdate = (at: number, from: number, length: number) => void;

/** Walks over the pieces of a parameter that a gradient touches. */
export function forEachSegment(parameter: Parameter, gradient: Gradient, update: SegmentUpdate): void {
  if (gradient.kind === "dense") {
    update(0, 0, parameter.data.length);
    return;
  }
  const width = parameter.data.length / parameter.shape[0]!;
  gradient.rows.forEach((row, k) => {
    update(row * width, k * width, width);
  });
}

/** The gradient as one array over the whole parameter; rows are scattered into zeros. */
export function denseData(parameter: Parameter, gradient: Gradient): Float32Array {
  if (gradient.kind === "dense") return gradient.data;
  const data = new Float32Array(parameter.data.length);
  forEachSegment(parameter, gradient, (at, from, length) => {
    data.set(gradient.data.subarray(from, from + length), at);
  });
  return data;
}

/** Named buffers of a parameter's size, made of zeros at first use. */
export class MomentBuffers {
  readonly tensors = new Map<string, Float32Array>();

  get(buffer: string, parameter: string, length: number): Float32Array {
    const key = `${buffer}/${parameter}`;
    let data = this.tensors.get(key);
    if (data === undefined) {
      data = new Float32Array(length);
      this.tensors.set(key, data);
    } else if (data.length !== length) {
      throw new OptimizerStateError(
        `The optimiser state "${key}" has ${data.length} values, but the parameter needs ${length}; start without it.`,
      );
    }
    return data;
  }

  restore(tensors: ReadonlyMap<string, Float32Array>): void {
    this.tensors.clear();
    for (const [key, data] of tensors) this.tensors.set(key, data.slice());
  }
}

/** A counter of a stored state. */
export function counter(state: OptimizerState, name: string): number {
  const value = state.counters[name];
  if (value === undefined) {
    throw new OptimizerStateError(
      `The stored optimiser state lacks "${name}"; it belongs to another optimiser.`,
    );
  }
  return value;
}

/** Mean square of a tensor, square-rooted. */
export function rootMeanSquare(data: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!;
  return Math.sqrt(squares / data.length);
}
