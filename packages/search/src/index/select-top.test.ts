import fc from "fast-check";
import { expect, test } from "vitest";
import { selectTop } from "./select-top.ts";

test("the largest values in order, ties by key, for any values and count", () => {
  const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.NEGATIVE_INFINITY)), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(values, fc.nat(220), (numbers, count) => {
      const keyOf = (place: number): string => String((place * 7919) % 1009).padStart(4, "0");
      const sorted = numbers
        .map((_, place) => place)
        .sort((a, b) =>
          numbers[a] === numbers[b] ? (keyOf(a) < keyOf(b) ? -1 : 1) : numbers[b]! - numbers[a]!,
        );
      expect(selectTop(Float64Array.from(numbers), count, keyOf)).toEqual(sorted.slice(0, count));
    }),
    { seed: 3, numRuns: 500 },
  );
});
