import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketLength, takeBatch } from "../src/inference/token-batches.ts";

const text = (length: number) => ({ ids: new Int32Array(length) });
const limits = { maxTokens: 64, maxTexts: 100 };

test("the text that waits longest is always in the next batch", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(lengths, (lengths) => {
      const queue = lengths.map(text);
      const oldest = queue[0];
      expect(takeBatch(queue, limits).texts).toContain(oldest);
    }),
  );
});

test("batches take every text once, within the token budget unless one text alone exceeds it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 60 }), (lengths) => {
      const queue = lengths.map(text);
      const all = new Set(queue);
      while (queue.length > 0) {
        const { texts, length } = takeBatch(queue, limits);
        for (const one of texts) expect(one.ids.length).toBeLessThanOrEqual(length);
        expect(texts.length === 1 || texts.length * length <= limits.maxTokens).toBe(true);
        for (const one of texts) expect(all.delete(one)).toBe(true);
      }
      expect(all.size).toBe(0);
    }),
  );
});

test("a batch prefers texts of its own padded length to shorter ones", () => {
  const [long, short, alike] = [text(16), text(3), text(15)];
  const queue = [long, short, alike];
  expect(takeBatch(queue, { maxTokens: 32, maxTexts: 10 }).texts).toEqual([long, alike]);
  expect(queue).toEqual([short]);
});

test("an empty queue gives an empty batch", () => {
  expect(takeBatch([], limits)).toEqual({ texts: [], length: 0 });
});

test("padded lengths never fall below the length and waste at most half above 16 tokens", () => {
  for (let length = 1; length <= 3000; length++) {
    const padded = bucketLength(length);
    expect(padded).toBeGreaterThanOrEqual(length);
    if (length > 16) expect(padded / length).toBeLessThanOrEqual(1.5);
  }
});
