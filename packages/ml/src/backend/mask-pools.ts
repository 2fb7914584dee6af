import type { SeededRandom } from "../data/seeded-random.ts";
import type { Node } from "../graph/index.ts";
import { hashName } from "../hash-name.ts";
import { elementCount } from "../parameters.ts";
import { DropoutPool } from "./dropout-pool.ts";

/** Draws all dropout masks that a graph is fed. */
export class MaskPools {
  readonly #masks: readonly { readonly name: string; readonly count: number; readonly rate: number }[];
  readonly #pools = new Map<number, DropoutPool>();

  /** @param inputs the graph's fed leaves, masks and others */
  constructor(inputs: readonly Node<"input">[]) {
    this.#masks = inputs.flatMap(({ op, shape }) =>
      op.dropout ? [{ name: op.name, count: elementCount(shape as number[]), rate: op.dropout.rate }] : [],
    );
  }

  /**
   * One set of masks by input name. One number is drawn from `random`, spread over the masks by their names: two graphs
   * that share masks see the same ones.
   */
  draw(random: SeededRandom | undefined): Record<string, Float32Array> {
    if (this.#masks.length === 0) return {};
    if (random === undefined) throw new Error("the graph draws dropout masks: give a random source");
    const seed = random.nextUint32();
    return Object.fromEntries(
      this.#masks.map(({ name, count, rate }) => [
        name,
        this.#poolFor(rate).draw(count, seed ^ hashName(name)),
      ]),
    );
  }

  #poolFor(rate: number): DropoutPool {
    let pool = this.#pools.get(rate);
    if (pool === undefined) {
      const largest = Math.max(...this.#masks.filter((mask) => mask.rate === rate).map(({ count }) => count));
      pool = new DropoutPool(rate, largest);
      this.#pools.set(rate, pool);
    }
    return pool;
  }
}
