import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paper } from "../../test/documents.ts";
import { SegmentBuilder } from "./build-segment.ts";
import { Segment } from "./segment.ts";
import { makeSnapshot } from "./snapshot.ts";
import { correctWord, editDistance } from "./spelling.ts";

/** Straight from the definition, without limit. */
function slowDistance(left: string, right: string): number {
  const table = Array.from({ length: left.length + 1 }, (_, l) =>
    Array.from({ length: right.length + 1 }, (_, r) => (l === 0 ? r : r === 0 ? l : 0)),
  );
  for (let l = 1; l <= left.length; l++) {
    for (let r = 1; r <= right.length; r++) {
      const cost = left[l - 1] === right[r - 1] ? 0 : 1;
      let best = Math.min(table[l - 1]![r]! + 1, table[l]![r - 1]! + 1, table[l - 1]![r - 1]! + cost);
      if (l > 1 && r > 1 && left[l - 1] === right[r - 2] && left[l - 2] === right[r - 1]) {
        best = Math.min(best, table[l - 2]![r - 2]! + 1);
      }
      table[l]![r] = best;
    }
  }
  return table[left.length]![right.length]!;
}

describe("spelling", () => {
  test("the distance agrees with its definition up to the limit, for any words", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (left, right, limit) => {
        expect(editDistance(left, right, limit)).toBe(Math.min(limit + 1, slowDistance(left, right)));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  const snapshotOf = (...titles: string[]) => {
    const builder = new SegmentBuilder();
    titles.forEach((title, at) => {
      builder.add(paper(`2401.0000${at}`, { title, authors: ["Jianlin Su"] }));
    });
    const segment = new Segment("one", builder.build());
    return makeSnapshot([{ segment, deleted: null }], {
      generation: 1,
      builtAt: null,
      vectorDimension: null,
    });
  };
  const snapshot = snapshotOf("transformer transformer", "transformer", "transformed", "retrieval", "cat");

  test("the nearest word wins, then the more frequent", () => {
    expect(correctWord(snapshot, "transfomer", null)?.form).toBe("transformer");
    expect(correctWord(snapshot, "retreival", null)?.form).toBe("retrieval");
    expect(correctWord(snapshot, "transformem", null)?.form).toBe("transformer");
  });

  test("names are corrected in the author field only among names, and elsewhere too when no field is asked", () => {
    expect(correctWord(snapshot, "jianlim", "author")?.form).toBe("jianlin");
    expect(correctWord(snapshot, "jianlim", null)?.form).toBe("jianlin");
    expect(correctWord(snapshot, "jianlim", "title")).toBeNull();
    expect(correctWord(snapshot, "transfomer", "author")).toBeNull();
  });

  test("nothing near gives nothing: short words take one edit, long ones two", () => {
    expect(correctWord(snapshot, "cart", null)?.form).toBe("cat");
    expect(correctWord(snapshot, "crts", null)).toBeNull();
    expect(correctWord(snapshot, "zzzzzzzzzzzz", null)).toBeNull();
  });
});
