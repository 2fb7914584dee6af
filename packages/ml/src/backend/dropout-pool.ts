import { SeededRandom } from "../data/seeded-random.ts";

/** The pool is the same in every process: only the offsets are random, so a checkpoint needs the generator's state alone. */
const POOL_SEED = 20_210_611;

/**
 * Dropout masks for one rate: a pool of random mask values, of which each mask is a view at a random offset. Drawing a
 * mask costs nothing; masks of one step overlap only by chance. Kept elements hold 1 / (1 − rate), dropped ones 0.
 */
export class DropoutPool {
  readonly #values: Float32Array;
  readonly #slack: number;

  /**
   * @param largestMask elements of the largest mask that will be asked for
   * @param slack further elements, the number of different offsets
   */
  constructor(rate: number, largestMask: number, slack = 1 << 18) {
    if (!(rate >= 0 && rate < 1)) throw new RangeError(`a dropout rate lies in [0, 1), not ${rate}`);
    this.#slack = slack;
    this.#values = new Float32Array(largestMask + slack);
    const kept = 1 / (1 - rate);
    const random = new SeededRandom(POOL_SEED);
    const threshold = Math.round(rate * 2 ** 32);
    for (let i = 0; i < this.#values.length; i++)
      this.#values[i] = random.nextUint32() < threshold ? 0 : kept;
  }

  /** The mask of that many elements that belongs to the seed; do not write to it. */
  draw(count: number, seed: number): Float32Array {
    const start = new SeededRandom(seed).nextBelow(this.#slack);
    return this.#values.subarray(start, start + count);
  }
}
