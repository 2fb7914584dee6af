export interface OpeningLimitOptions {
  /** The same client opening the same paper again counts after this time. */
  readonly perPaperMs: number;
  readonly perClientAnHour: number;
  readonly clock: () => number;
}

const HOUR_MS = 3_600_000;
/** Memory stays bounded whoever calls: past this many entries the oldest are forgotten. */
const MAX_ENTRIES = 100_000;

/** Which openings count. Kept in memory only: addresses of readers are never written anywhere. */
export class OpeningLimit {
  readonly #options: OpeningLimitOptions;
  readonly #seen = new Map<string, number>();
  readonly #hours = new Map<string, { readonly startedAt: number; count: number }>();

  constructor(options: OpeningLimitOptions) {
    this.#options = options;
  }

  /** True when this opening counts; it then does not for a while. */
  admit(client: string, what: string): boolean {
    const now = this.#options.clock();
    const key = `${client} ${what}`;
    const seenAt = this.#seen.get(key);
    if (seenAt !== undefined && now - seenAt < this.#options.perPaperMs) return false;
    let hour = this.#hours.get(client);
    if (hour === undefined || now - hour.startedAt >= HOUR_MS) hour = { startedAt: now, count: 0 };
    if (hour.count >= this.#options.perClientAnHour) return false;
    hour.count++;
    keep(this.#hours, client, hour);
    keep(this.#seen, key, now);
    return true;
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_ENTRIES) map.delete(map.keys().next().value as string);
}
