import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as core from "../src/index.ts";

const SOURCE = new URL("../src/", import.meta.url);
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

test.each(files)("%s runs in a browser: no module and no global of Node", (file) => {
  const text = readFileSync(new URL(file, SOURCE), "utf8");
  for (const [, target = ""] of text.matchAll(/\bfrom "([^"]+)"/g))
    expect(target).toMatch(/^\.{1,2}\/.+\.ts$/);
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  expect(code).not.toMatch(
    /\b(?:process|Buffer|require|__dirname|setImmediate|document|window|localStorage|fetch)\b[.(]/,
  );
});

test("importing the package asks nothing of its surroundings", () => {
  // Clock, chance and network are the caller's: the same text gives the same answer everywhere.
  for (const file of files) {
    const text = readFileSync(new URL(file, SOURCE), "utf8");
    expect([file, /Math\.random|Date\.now|new Date\(\)/.test(text)]).toEqual([file, false]);
  }
});

test("the names that other packages rely on are exported", () => {
  const names = [
    "printPaperId",
    "parsePaperKey",
    "paperPath",
    "parseVenuePaperId",
    "parseArxivId",
    "sourceLinks",
    "findPaperIds",
    "isOnlyPaperIds",
    "canonicalCategory",
    "TAXONOMY",
    "parseCategoryExpression",
    "printCategoryExpression",
    "matchesCategories",
    "announcementDay",
    "texToUnicode",
    "normalizeTitle",
    "normalizeAuthorName",
    "parseAuthorList",
    "parseSearchQuery",
    "printSearchQuery",
    "toBibtex",
    "toRis",
    "toCslJson",
    "toMarkdown",
    "toPlainCitation",
    "toCsv",
  ];
  expect(names.filter((name) => !(name in core))).toEqual([]);
});
