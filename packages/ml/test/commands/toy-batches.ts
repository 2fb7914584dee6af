/** Batches for toy-training.ts: random vectors to be distilled. Read in a worker thread or directly. */
import type { BatchSource, OpenBatches } from "../../src/data/batch-source.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { type CyclePosition, ShuffledCycle } from "../../src/data/shuffled-cycle.ts";
import { packBlock } from "../../src/data/token-store.ts";
import type { DistillationInput } from "../../src/models/index.ts";

const TEXTS = 24;

/** What goes wrong, and after how many batches. */
export interface ToyRequest {
  readonly defect?: "nan" | "throws" | "dies" | "refuses";
  readonly afterBatches?: number;
}

export async function openBatches({
  defect,
  afterBatches = 0,
}: ToyRequest): Promise<OpenBatches<DistillationInput>> {
  if (defect === "refuses") throw new RangeError("There is nothing to open.");
  let made = 0;
  return (position) => {
    const source = new ToyBatches(position);
    return {
      position: () => source.position(),
      next() {
        const batch = source.next();
        if (defect === undefined || made++ < afterBatches) return batch;
        if (defect === "throws") throw new RangeError(`The file ends after ${afterBatches} batches.`);
        if (defect === "dies") process.exit(9);
        batch.e[5] = Number.NaN;
        return batch;
      },
    };
  };
}

class ToyBatches implements BatchSource<DistillationInput> {
  readonly #cycle: ShuffledCycle;

  constructor(position: unknown) {
    this.#cycle = new ShuffledCycle(TEXTS, 1, position as CyclePosition | undefined);
  }

  next(): DistillationInput {
    const texts = Array.from({ length: 8 }, () => this.#cycle.next());
    const unit = (text: number, shift: number) => {
      const random = new SeededRandom(text * 2 + shift);
      const vector = Float32Array.from({ length: 192 }, () => random.next() - 0.5);
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    };
    const rows = texts.map((text) =>
      Int32Array.from({ length: 3 + (text % 4) }, (_, k) => (text * 5 + k * 3) % 40),
    );
    const flat = (shift: number) => Float32Array.from(texts.flatMap((text) => [...unit(text, shift)]));
    const empty = packBlock([], 0, 0);
    return {
      short: packBlock(rows, 6, 0),
      long: empty,
      m: flat(0),
      mMask: new Float32Array(8).fill(1),
      e: flat(1),
    };
  }

  position(): CyclePosition {
    return this.#cycle.position();
  }
}
