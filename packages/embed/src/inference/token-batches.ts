/** One text of some caller, tokenised, waiting for its vector. */
export interface PendingText {
  /** Token ids, special tokens included. */
  readonly ids: Int32Array;
  /** What runs it: texts of two readers never share a batch. */
  readonly reader?: unknown;
}

export interface BatchLimits {
  /** Padded tokens in one run: texts × longest. */
  readonly maxTokens: number;
  readonly maxTexts: number;
}

/** Lengths are rounded up to these so that the runtime sees few shapes. Ratio at most 1.5 between neighbours above 16. */
const LENGTH_BUCKETS = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512] as const;

/** The padded length of a text with `length` tokens. */
export function bucketLength(length: number): number {
  return LENGTH_BUCKETS.find((bucket) => bucket >= length) ?? Math.ceil(length / 256) * 256;
}

/**
 * Takes the next batch out of the queue: its first text, with others of its reader and its padded length or the next
 * shorter ones in the queue's order, up to the limits. The queue keeps its order; what was taken is removed from it.
 */
export function takeBatch<T extends PendingText>(
  queue: T[],
  limits: BatchLimits,
): { texts: T[]; length: number } {
  const first = queue[0];
  if (first === undefined) return { texts: [], length: 0 };
  const length = bucketLength(first.ids.length);
  const capacity = Math.max(1, Math.min(limits.maxTexts, Math.floor(limits.maxTokens / length)));
  const candidates = queue
    .map((text, index) => ({ text, index, bucket: bucketLength(text.ids.length) }))
    .filter(({ text, bucket }) => bucket <= length && text.reader === first.reader)
    .sort((a, b) => b.bucket - a.bucket || a.index - b.index);
  // The head always goes, whatever its neighbours are: nobody starves.
  const chosen = [candidates.find(({ index }) => index === 0)!];
  for (const candidate of candidates) {
    if (chosen.length >= capacity) break;
    if (candidate.index !== 0) chosen.push(candidate);
  }
  const taken = new Set(chosen.map(({ index }) => index));
  let kept = 0;
  for (const [index, text] of queue.entries()) {
    if (!taken.has(index)) queue[kept++] = text;
  }
  queue.length = kept;
  return { texts: chosen.map(({ text }) => text), length };
}
