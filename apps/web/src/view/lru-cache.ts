/** What a cache may hold beside its number of entries. */
export interface CacheSize<Value> {
  readonly size: (value: Value) => number;
  /** Most that all values may be together, in the unit of `size`. */
  readonly largest: number;
}

/** Least-recently-used map of at most `capacity` entries and, where `bound` is given, of bounded size. */
export class LruCache<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #capacity: number;
  readonly #bound: CacheSize<Value> | null;
  #size = 0;

  constructor(capacity: number, bound: CacheSize<Value> | null = null) {
    this.#capacity = capacity;
    this.#bound = bound;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  delete(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#size -= this.#bound?.size(value) ?? 0;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#size += this.#bound?.size(value) ?? 0;
    while (this.#entries.size > this.#capacity || this.#size > (this.#bound?.largest ?? 0)) {
      this.delete(this.#entries.keys().next().value as Key);
    }
  }
}
