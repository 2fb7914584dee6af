import fc from "fast-check";
import { expect, test } from "vitest";
import {
  canonicalCategories,
  canonicalCategory,
  canonicalCategoryOrArchive,
  categoryMatcher,
  categoryName,
  expandCategory,
  findArchive,
  matchesCategories,
  parseCategoryExpression,
  printCategoryExpression,
  TAXONOMY,
} from "../src/index.ts";

const CANONICAL = [
  ...new Set([
    ...TAXONOMY.categories.map(({ canonical }) => canonical),
    ...TAXONOMY.archives.filter(({ active }) => active).map(({ id }) => id),
  ]),
];
const ALIASES = TAXONOMY.categories.filter(({ id, canonical }) => id !== canonical).map(({ id }) => id);
const names = fc.uniqueArray(fc.constantFrom(...CANONICAL), { maxLength: 8 });

import { startCpuClock } from "./cpu-clock.ts";

test.each<[string, string[], string[], string[]]>([
  ["cs.AI,cs.CL", ["cs.AI", "cs.CL"], [], []],
  ["cs.AI+cs.LG", ["cs.AI", "cs.LG"], [], []],
  ["cs.AI+cs.LG-cs.CY-econ.GN", ["cs.AI", "cs.LG"], ["cs.CY", "econ.GN"], []],
  ["cs.AI cs.LG", ["cs.AI", "cs.LG"], [], []],
  ["cs.AI%2Bcs.LG%2Ccs.CL", ["cs.AI", "cs.LG", "cs.CL"], [], []],
  ["Q-BIO.nc", ["q-bio.NC"], [], []],
  ["q-bio.NC-cond-mat.str-el-math-ph-hep-th", ["q-bio.NC"], ["cond-mat.str-el", "math-ph", "hep-th"], []],
  ["cond-mat-cond-mat.mes-hall", ["cond-mat"], ["cond-mat.mes-hall"], []],
  ["math-ph", ["math-ph"], [], []],
  ["math-math.PR", ["math"], ["math.PR"], []],
  ["physics.data-an-quant-ph", ["physics.data-an"], ["quant-ph"], []],
  ["cs-cs.CV", ["cs"], ["cs.CV"], []],
  ["cs.NA,math.NA", ["math.NA"], [], []],
  ["stat.TH+math.MP+cmp-lg", ["math.ST", "math-ph", "cs.CL"], [], []],
  ["-cs.CV", [], ["cs.CV"], []],
  ["cs.CL -cs.CV", ["cs.CL"], ["cs.CV"], []],
  ["cs.CL−cs.CV", ["cs.CL"], ["cs.CV"], []],
  ["cs.XX,cs.CL-foo", ["cs.CL"], [], ["cs.XX", "foo"]],
  ["constructor,__proto__", [], [], ["constructor", "__proto__"]],
  ["", [], [], []],
  [",,++--", [], [], []],
  ["%E0%A4", [], [], ["%E0%A4"]],
])("%j includes %j, excludes %j, does not know %j", (text, include, exclude, unknown) => {
  expect(parseCategoryExpression(text)).toEqual({ include, exclude, unknown });
});

test("a printed expression reads back equal, in any case and URL-encoded", () => {
  fc.assert(
    fc.property(names, names, (include, exclude) => {
      const expression = { include, exclude, unknown: [] };
      const text = printCategoryExpression(expression);
      for (const form of [text, text.toUpperCase(), encodeURIComponent(text), text.replaceAll(",", "+")]) {
        expect(parseCategoryExpression(form)).toEqual(expression);
      }
    }),
    { seed: 1 },
  );
});

test("reading is total and quick", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."cs.AILmath-+, %é"), maxLength: 200 }), (text) => {
      const once = parseCategoryExpression(text);
      expect(parseCategoryExpression(printCategoryExpression(once))).toEqual({ ...once, unknown: [] });
    }),
    { seed: 2 },
  );
  const elapsedMs = startCpuClock();
  expect(parseCategoryExpression("cs-".repeat(1_000_000)).unknown.length).toBeGreaterThan(0);
  expect(parseCategoryExpression("x".repeat(1_000_000)).include).toEqual([]);
  expect(elapsedMs()).toBeLessThan(30_000);
});

test("an alias matches its canonical category in both directions, in expressions and in papers", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ALIASES), (alias) => {
      const canonical = canonicalCategory(alias)!;
      expect(matchesCategories(parseCategoryExpression(alias), [canonical])).toBe(true);
      expect(matchesCategories(parseCategoryExpression(canonical), [alias])).toBe(true);
      expect(matchesCategories(parseCategoryExpression(`cs.AI-${alias}`), ["cs.AI", canonical])).toBe(false);
    }),
    { seed: 3 },
  );
});

test("the six pairs of one category are aliases", () => {
  const pairs = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
  };
  for (const [alias, canonical] of Object.entries(pairs)) expect(canonicalCategory(alias)).toBe(canonical);
});

test("an archive stands for all of its categories and no other", () => {
  for (const archive of TAXONOMY.archives.filter(({ active }) => active)) {
    const matches = categoryMatcher(parseCategoryExpression(archive.id));
    for (const category of TAXONOMY.categories) {
      const isInside = TAXONOMY.categories.some(
        (other) => other.archive === archive.id && other.canonical === category.canonical,
      );
      expect([category.id, matches([category.id])]).toEqual([category.id, isInside]);
    }
    expect(matches([archive.id])).toBe(true);
  }
  expect(expandCategory("math")).toContain("cs.IT");
  expect(expandCategory("cs.CL")).toEqual(["cs.CL"]);
  expect(expandCategory("nonsense")).toEqual([]);
});

test("excluding wins over including; nothing included means everything else", () => {
  const expression = parseCategoryExpression("cs-cs.CV");
  expect(matchesCategories(expression, ["cs.CL"])).toBe(true);
  expect(matchesCategories(expression, ["cs.CL", "cs.CV"])).toBe(false);
  expect(matchesCategories(parseCategoryExpression("-cs.CV"), ["math.NA"])).toBe(true);
  expect(matchesCategories(parseCategoryExpression("-cs.CV"), [])).toBe(true);
  expect(matchesCategories(parseCategoryExpression("cs.CL"), [])).toBe(false);
});

test("every group, archive and category has a Chinese and an English name", () => {
  for (const { name } of [...TAXONOMY.groups, ...TAXONOMY.archives, ...TAXONOMY.categories]) {
    expect(name.zh).toMatch(/\p{Script=Han}/u);
    expect(name.en).toMatch(/^[A-Z][A-Za-z ,-]+$/);
  }
  expect(categoryName("cs.CL", "zh")).toBe("计算与语言");
  expect(categoryName("MATH", "en")).toBe("Mathematics");
  expect(categoryName("cs.XX", "en")).toBe("cs.XX");
});

test("canonical ids are closed under canonicalisation; archives with parts are no categories", () => {
  for (const id of CANONICAL) expect(canonicalCategoryOrArchive(id)).toBe(id);
  expect(canonicalCategory("cs")).toBeNull();
  expect(canonicalCategory("toString")).toBeNull();
  expect(findArchive("CS")?.id).toBe("cs");
  expect(canonicalCategories(["cs.LG", "cs.NA", "math.NA", "zz.ZZ", " "])).toEqual([
    "cs.LG",
    "math.NA",
    "zz.ZZ",
  ]);
});
