import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeAuthorName, normalizeTitle, parseAuthorList } from "../src/index.ts";

function namesOf(text: string): string[] {
  return parseAuthorList(text).map(({ name }) => name);
}

import { startCpuClock } from "./cpu-clock.ts";

test.each<[string, string[]]>([
  ["Ada Lovelace", ["Ada Lovelace"]],
  ["A. One, B. Two and C. Three", ["A. One", "B. Two", "C. Three"]],
  ["A. One, B. Two, and C. Three", ["A. One", "B. Two", "C. Three"]],
  ["A. One; B. Two & C. Three", ["A. One", "B. Two", "C. Three"]],
  ["A. One (Univ. X, City), B. Two (1 and 2) ((1) Univ. Y, (2) Univ. Z)", ["A. One", "B. Two"]],
  ["Sammy Davis, Jr., Hank Two III, A. Three", ["Sammy Davis, Jr.", "Hank Two III", "A. Three"]],
  ["C. Bal\\'azs,\n  E. L. Berger", ["C. Balázs", "E. L. Berger"]],
  ["The ATLAS Collaboration", ["ATLAS Collaboration"]],
  ["ATLAS Collaboration: A. One, B. Two", ["ATLAS Collaboration", "A. One", "B. Two"]],
  ["A. One, B. Two (for the CMS Collaboration)", ["A. One", "B. Two"]],
  ["A. One, for the CMS Collaboration", ["A. One", "CMS Collaboration"]],
  ["A. One, B. Two, et al.", ["A. One", "B. Two"]],
  ["Alexander Sandoval, Andrea Landi", ["Alexander Sandoval", "Andrea Landi"]],
  ["A. One (unclosed, B. Two", ["A. One (unclosed", "B. Two"]],
  ["", []],
  [", and ,", []],
  ["李明，王伟、张三", ["李明", "王伟", "张三"]],
])("%j are %j", (text, names) => {
  expect(namesOf(text)).toEqual(names);
});

test("a list joined by commas and a last and reads back in order", () => {
  const name = fc
    .tuple(
      fc.constantFrom("Ada", "B.", "Émile", "Jean-Luc"),
      fc.constantFrom("Lovelace", "van der Berg", "O'Neil", "Øre", "Sands"),
    )
    .map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 30 }), (names) => {
      const [last = "", ...rest] = [...names].reverse();
      expect(namesOf(rest.length === 0 ? last : `${rest.reverse().join(", ")} and ${last}`)).toEqual(names);
    }),
    { seed: 1 },
  );
});

test("3,303 authors with affiliations are read, and pathological lists in linear time", () => {
  const long = Array.from({ length: 3303 }, (_, index) => `A. Name${index} (Univ. ${index}, X)`).join(", ");
  expect(namesOf(long)).toHaveLength(3303);
  const elapsedMs = startCpuClock();
  for (const unit of [
    "(",
    ")",
    "()",
    ",",
    " and ",
    "Collaboration ",
    "Collaboration, ",
    "a",
    "a, ",
    " ",
    "Collaboration: ",
    "(a, ",
  ]) {
    parseAuthorList(unit.repeat(500_000 / unit.length));
  }
  expect(elapsedMs()).toBeLessThan(60_000);
});

test.each([
  ["$\\ell_2$-Norm: A Study", "ℓ2-norm – a study"],
  ["Learning {BERT} with $\\mathcal{O}(n)$ Memory", "learning bert with o(n) memory."],
  ["An $\\alpha$-Divergence", "An α-divergence"],
  ['Schr\\"odinger Bridges', "Schrodinger bridges"],
  ["Foo\n  Bar", "foo bar"],
  ["ﬁne-tuning", "Fine Tuning"],
])("the titles %j and %j agree", (a, b) => {
  expect(normalizeTitle(a)).toBe(normalizeTitle(b));
  expect(normalizeTitle(a)).not.toBe("");
});

test("different titles stay different, and other scripts are kept", () => {
  expect(normalizeTitle("GPT-3")).not.toBe(normalizeTitle("GPT-4"));
  expect(normalizeTitle("对比学习：综述")).toBe("对比学习综述");
});

test.each([
  ["Müller, Jürgen K.", "Jürgen K. Müller", "jurgen k muller"],
  ["Łukasz Øre", "Lukasz Ore", "lukasz ore"],
  ["Jean-Luc Picard", "Jean Luc Picard", "jean luc picard"],
  ["Sammy Davis, Jr.", "Sammy Davis Jr", "sammy davis jr"],
])("the names %j and %j agree as %j", (a, b, form) => {
  expect(normalizeAuthorName(a)).toBe(form);
  expect(normalizeAuthorName(b)).toBe(form);
});

test("normal forms are stable", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
      expect(normalizeTitle(normalizeTitle(text))).toBe(normalizeTitle(text));
      expect(normalizeAuthorName(normalizeAuthorName(text))).toBe(normalizeAuthorName(text));
    }),
    { seed: 2, numRuns: 1000 },
  );
});
