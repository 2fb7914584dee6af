/** Several encoders over the same texts, call by call in turn: what else the machine does falls on all of them. */
import { quantile } from "./quantile.ts";

export type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

export interface Speed {
  readonly textsPerS: number;
  readonly latencyMsP50: number;
  readonly latencyMsP95: number;
  readonly calls: number;
}

/** Calls each in turn with the same next texts until `seconds` for each are over, at least three times. */
export async function measureInTurn(
  engines: readonly Embed[],
  texts: readonly string[],
  batch: number,
  seconds: number,
): Promise<Speed[]> {
  const latencies: number[][] = engines.map(() => []);
  const until = performance.now() + seconds * 1000 * engines.length;
  for (let call = 0; call < 3 || performance.now() < until; call++) {
    const chosen = Array.from({ length: batch }, (_, index) => texts[(call * batch + index) % texts.length]!);
    for (const [index, embed] of engines.entries()) {
      const startedAt = performance.now();
      await embed(chosen);
      latencies[index]!.push(performance.now() - startedAt);
    }
  }
  return latencies.map((times) => ({
    textsPerS: batch / (mean(times) / 1000),
    latencyMsP50: quantile(times, 0.5),
    latencyMsP95: quantile(times, 0.95),
    calls: times.length,
  }));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
