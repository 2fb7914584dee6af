/**
 * Reproducible randomness: the sfc32 generator (Chris Doty-Humphrey, PractRand), 128 bits of state, seeded through
 * splitmix32. One seed gives one sequence on every machine, and the state can be stored and restored.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any 32-bit integer */
  constructor(seed: number) {
    let x = seed | 0;
    const split = () => {
      x = (x + 0x9e3779b9) | 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) | 0;
    };
    this.#a = split();
    this.#b = split();
    this.#c = split();
    this.#d = 1;
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  nextUint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.nextUint32() / 4294967296;
  }

  /** Uniform integer in [0, below); below ≤ 2³². The bias is under below/2³². */
  nextBelow(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** One of the choices, all as likely; there has to be one. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.nextBelow(choices.length)]!;
  }

  /** Shuffles in place (Fisher–Yates). */
  shuffle<T extends { length: number; [index: number]: number }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.nextBelow(i + 1);
      const held = values[i]!;
      values[i] = values[j]!;
      values[j] = held;
    }
    return values;
  }

  /** Four integers that `SeededRandom.restore` takes back. */
  state(): [number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  static restore(state: readonly [number, number, number, number]): SeededRandom {
    const random = new SeededRandom(0);
    [random.#a, random.#b, random.#c, random.#d] = state;
    return random;
  }
}
