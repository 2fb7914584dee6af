import type { SeededRandom } from "../data/seeded-random.ts";
import { elementCount } from "../parameters.ts";

/** Fills a new parameter. Kernels are [in, out]. */
export type Initializer = (shape: readonly number[], random: SeededRandom) => Float32Array;

const filled =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(elementCount(shape)).fill(value);

export const zeros: Initializer = filled(0);
export const ones: Initializer = filled(1);

/** Standard normal by Box and Muller. */
function gaussian(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

const sampled =
  (sample: (random: SeededRandom) => number): Initializer =>
  (shape, random) =>
    Float32Array.from({ length: elementCount(shape) }, () => sample(random));

export const normal = (std: number): Initializer => sampled((random) => std * gaussian(random));

/** Uniform on [−√3σ, √3σ], whose standard deviation is σ. */
export const uniform = (std: number): Initializer => {
  const bound = Math.sqrt(3) * std;
  return sampled((random) => bound * (2 * random.next() - 1));
};

/** A normal cut at ±2σ' keeps 0.8796 of its deviation: 1.1368 restores it. */
const TRUNCATION_CORRECTION = 1.1368;

/** Normal cut at two deviations, widened so that its true standard deviation is σ. */
export const truncatedNormal = (std: number): Initializer =>
  sampled((random) => {
    let value = gaussian(random);
    while (Math.abs(value) > 2) value = gaussian(random);
    return std * TRUNCATION_CORRECTION * value;
  });

const fans = (shape: readonly number[]): { fanIn: number; fanOut: number } => ({
  fanIn: shape[0] ?? 1,
  fanOut: shape.at(-1) ?? 1,
});

/** σ² = gain² · 2 / (fanIn + fanOut) (Glorot and Bengio 2010). */
export const xavier =
  (gain = 1, distribution: (std: number) => Initializer = truncatedNormal): Initializer =>
  (shape, random) => {
    const { fanIn, fanOut } = fans(shape);
    return distribution(gain * Math.sqrt(2 / (fanIn + fanOut)))(shape, random);
  };

/** σ² = 1 / fanIn: keeps the variance of a linear layer. */
export const lecun =
  (distribution: (std: number) => Initializer = truncatedNormal): Initializer =>
  (shape, random) =>
    distribution(Math.sqrt(1 / fans(shape).fanIn))(shape, random);

/** σ² = 2 / fanIn: keeps the second moment through a ReLU (He et al. 2015). */
export const he =
  (distribution: (std: number) => Initializer = truncatedNormal): Initializer =>
  (shape, random) =>
    distribution(Math.sqrt(2 / fans(shape).fanIn))(shape, random);
