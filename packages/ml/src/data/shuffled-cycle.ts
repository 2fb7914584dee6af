import { SeededRandom } from "./seeded-random.ts";

/** Where a cycle stands: passes completed, and items given out in the present one. */
export interface CyclePosition {
  readonly epoch: number;
  readonly offset: number;
}

/** Goes through 0 … size−1 in a new random order each pass; the order depends on seed and pass only. */
export class ShuffledCycle {
  readonly size: number;
  readonly #seed: number;
  #epoch = 0;
  #offset = 0;
  #order: Int32Array;

  constructor(size: number, seed: number, position: CyclePosition = { epoch: 0, offset: 0 }) {
    if (!(size > 0)) throw new RangeError(`A cycle needs at least one item, not ${size}.`);
    this.size = size;
    this.#seed = seed;
    this.#epoch = position.epoch;
    this.#offset = position.offset;
    this.#order = this.#orderOf(position.epoch);
  }

  next(): number {
    if (this.#offset === this.size) {
      this.#epoch++;
      this.#offset = 0;
      this.#order = this.#orderOf(this.#epoch);
    }
    return this.#order[this.#offset++]!;
  }

  position(): CyclePosition {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  #orderOf(epoch: number): Int32Array {
    const order = Int32Array.from({ length: this.size }, (_, i) => i);
    return new SeededRandom(Math.imul(this.#seed, 0x85ebca6b) ^ Math.imul(epoch + 1, 0xc2b2ae35)).shuffle(
      order,
    );
  }
}
