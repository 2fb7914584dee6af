/**
 * Batches of texts of similar length, so that little padding is computed. Every length is a graph of its own, which is
 * why there are few of them.
 */
import { SeededRandom } from "./seeded-random.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";

/** Items of one batch and the length to which they are padded. */
export interface PickedItems {
  readonly items: readonly number[];
  readonly length: number;
}

/** Chooses the items of each batch. */
export interface BatchPicker {
  next(): PickedItems;
  position(): CyclePosition;
}

export interface PickerOptions {
  /** length of each item in tokens */
  readonly lengths: ArrayLike<number>;
  /** items of a batch */
  readonly count: number;
  /** longest batch; longer items are cut to it */
  readonly maxLength: number;
  /** lengths below it to which batches are padded, rising; without any, every batch has maxLength */
  readonly buckets?: readonly number[] | undefined;
  readonly seed: number;
}

export function batchPicker(options: PickerOptions, position?: CyclePosition): BatchPicker {
  return options.buckets === undefined || options.buckets.length === 0
    ? new PlainPicker(options, position)
    : new BucketedCycle(options, position);
}

/** Items in shuffled order, whatever their length. */
class PlainPicker implements BatchPicker {
  readonly #cycle: ShuffledCycle;
  readonly #options: PickerOptions;

  constructor(options: PickerOptions, position?: CyclePosition) {
    this.#options = options;
    this.#cycle = new ShuffledCycle(options.lengths.length, options.seed, position);
  }

  next(): PickedItems {
    const { count, maxLength } = this.#options;
    return { items: Array.from({ length: count }, () => this.#cycle.next()), length: maxLength };
  }

  position(): CyclePosition {
    return this.#cycle.position();
  }
}

/**
 * Goes through all items once a pass: shuffled within each bucket, cut into batches, the batches shuffled. What is left
 * of a bucket joins the next longer one; the last batch is filled up with items of the pass's beginning. The order
 * depends on seed and pass only.
 */
export class BucketedCycle implements BatchPicker {
  readonly #options: PickerOptions;
  #epoch: number;
  #offset: number;
  #batches: readonly PickedItems[];

  constructor(options: PickerOptions, position: CyclePosition = { epoch: 0, offset: 0 }) {
    if (!(options.lengths.length > 0)) throw new RangeError("A cycle needs at least one item.");
    this.#options = options;
    this.#epoch = position.epoch;
    this.#offset = position.offset;
    this.#batches = this.#batchesOf(position.epoch);
  }

  next(): PickedItems {
    if (this.#offset === this.#batches.length) {
      this.#epoch++;
      this.#offset = 0;
      this.#batches = this.#batchesOf(this.#epoch);
    }
    return this.#batches[this.#offset++]!;
  }

  /** Counted in batches. */
  position(): CyclePosition {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  #batchesOf(epoch: number): PickedItems[] {
    const { lengths, count, maxLength, buckets = [], seed } = this.#options;
    const random = new SeededRandom(Math.imul(seed, 0x85ebca6b) ^ Math.imul(epoch + 1, 0xc2b2ae35));
    const order = random.shuffle(Array.from({ length: lengths.length }, (_, item) => item));
    const bounds = [...buckets.filter((bound) => bound < maxLength).sort((a, b) => a - b), maxLength];
    const batches: PickedItems[] = [];
    let waiting: number[] = [];
    bounds.forEach((length, k) => {
      const below = bounds[k - 1] ?? 0;
      const isLast = k === bounds.length - 1;
      const own = order.filter((item) => lengths[item]! > below && (lengths[item]! <= length || isLast));
      const items = [...waiting, ...own];
      const full = items.length - (items.length % count);
      for (let at = 0; at < full; at += count) batches.push({ items: items.slice(at, at + count), length });
      waiting = items.slice(full);
    });
    if (waiting.length > 0) {
      const filled = Array.from(
        { length: count },
        (_, i) => waiting[i] ?? order[(i - waiting.length) % order.length]!,
      );
      batches.push({ items: filled, length: maxLength });
    }
    const turns = random.shuffle(Int32Array.from(batches.keys()));
    return Array.from(turns, (turn) => batches[turn]!);
  }
}
