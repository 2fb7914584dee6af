/**
 * Experiment: the same data, weights moved at every micro-step or only at every k-th, with accumulation hidden in the
 * momentum. Softmax regression of 16 classes on noisy clusters; run directly it prints the table of docs/training.md.
 */
import { pathToFileURL } from "node:url";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { type Optimizer, SgdMomentum, Tiger } from "../../src/optim/index.ts";
import { parameterSet } from "../../src/parameters.ts";

const [CLASSES, FEATURES, BATCH, MICRO_STEPS, HELD_OUT] = [16, 32, 8, 4000, 2000];

export const OPTIMIZERS = {
  sgdm: { make: (k: number): Optimizer => new SgdMomentum({ gradAccumSteps: k }), rate: 0.3 },
  tiger: { make: (k: number): Optimizer => new Tiger({ gradAccumSteps: k, weightDecay: 0 }), rate: 0.003 },
} as const;

/** Held-out cross-entropy in nats after 32,000 examples. @param rateFactor multiplies the rate of k = 1 */
export function lossWithInterval(name: keyof typeof OPTIMIZERS, k: number, rateFactor: number): number {
  const random = new SeededRandom(11);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const centers = Array.from({ length: CLASSES * FEATURES }, () => 0.5 * normal());
  const sample = () => {
    const label = random.nextBelow(CLASSES);
    return {
      label,
      x: Array.from({ length: FEATURES }, (_, f) => centers[label * FEATURES + f]! + normal()),
    };
  };
  const data = Float32Array.from({ length: FEATURES * CLASSES }, () => 0.1 * normal());
  const parameters = parameterSet([["w", { data, shape: [FEATURES, CLASSES] }]]);
  const { make, rate } = OPTIMIZERS[name];
  const optimizer = make(k);
  for (let step = 0; step < MICRO_STEPS; step++) {
    const gradient = new Float32Array(data.length);
    for (let i = 0; i < BATCH; i++) addGradient(data, sample(), gradient);
    const learningRate = rate * rateFactor * (1 - step / MICRO_STEPS);
    optimizer.update(parameters, new Map([["w", { kind: "dense", data: gradient }]]), learningRate);
  }
  let loss = 0;
  for (let i = 0; i < HELD_OUT; i++) {
    const { label, x } = sample();
    loss -= Math.log(probabilities(data, x)[label]!);
  }
  return loss / HELD_OUT;
}

function probabilities(data: Float32Array, x: readonly number[]): Float64Array {
  const logits = new Float64Array(CLASSES);
  for (let f = 0; f < FEATURES; f++) {
    for (let c = 0; c < CLASSES; c++) logits[c]! += x[f]! * data[f * CLASSES + c]!;
  }
  const largest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

function addGradient(
  data: Float32Array,
  { label, x }: { readonly label: number; readonly x: readonly number[] },
  gradient: Float32Array,
): void {
  const slopes = probabilities(data, x);
  slopes[label]! -= 1;
  for (let f = 0; f < FEATURES; f++) {
    for (let c = 0; c < CLASSES; c++) gradient[f * CLASSES + c]! += (slopes[c]! * x[f]!) / BATCH;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of ["sgdm", "tiger"] as const) {
    for (const k of [1, 2, 4, 8, 16, 64]) {
      const losses = [1, Math.sqrt(k), k].map((factor) => lossWithInterval(name, k, factor).toFixed(4));
      console.log(`${name} k ${k}: rate × 1, √k, k: ${losses.join(", ")}`);
    }
  }
}
