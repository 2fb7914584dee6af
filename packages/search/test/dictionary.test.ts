import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const bytes = readFileSync(fileURLToPath(new URL("../data/terms-en-zh.tsv", import.meta.url)));
const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const [header, ...lines] = text.replace(/\n$/, "").split("\n");
const rows = lines.map((line) => line.split("\t"));

const HAN = /\p{Script=Han}/u;
/** English terms: letters of Latin scripts, digits, and the few marks that names and formulas need. */
const ENGLISH = /^[\p{Script=Latin}\p{Number} '’.,:/&+*()-]+$/u;

const offenders = (bad: (english: string, chinese: readonly string[]) => boolean): string[] =>
  rows
    .filter(([english = "", chinese = ""]) => bad(english, chinese.split("|")))
    .map((row) => row.join(" -> "));

describe("English–Chinese term dictionary", () => {
  test("the file is UTF-8 without a byte-order mark, in NFC, with unix line ends and a header", () => {
    expect(text).toBe(text.normalize("NFC"));
    expect(text.startsWith("\uFEFF")).toBe(false);
    expect(text).not.toContain("\r");
    expect(text.endsWith("\n")).toBe(true);
    expect(header).toBe("en\tzh");
  });

  test("it holds at least 1,500 pairs, each of exactly two columns", () => {
    expect(rows.length).toBeGreaterThanOrEqual(1500);
    expect(rows.filter((row) => row.length !== 2)).toEqual([]);
  });

  test("no English term occurs twice, whatever its case", () => {
    const seen = new Map<string, number>();
    for (const [english = ""] of rows) {
      seen.set(english.toLowerCase(), (seen.get(english.toLowerCase()) ?? 0) + 1);
    }
    expect([...seen].filter(([, count]) => count > 1)).toEqual([]);
  });

  test("no Chinese alternative is given twice for one term", () => {
    expect(offenders((_, chinese) => new Set(chinese).size !== chinese.length)).toEqual([]);
  });

  test("every Chinese alternative holds a Han character and no English term does", () => {
    expect(offenders((english) => HAN.test(english) || !ENGLISH.test(english))).toEqual([]);
    expect(offenders((_, chinese) => chinese.some((term) => !HAN.test(term)))).toEqual([]);
  });

  test("no term is empty or carries blanks at its ends or twice in a row", () => {
    const untidy = (term: string) => term === "" || term !== term.trim() || /\s{2}/.test(term);
    expect(offenders((english, chinese) => untidy(english) || chinese.some(untidy))).toEqual([]);
  });

  test("rows are sorted by English term, so that a change shows as one line", () => {
    const keys = rows.map(([english = ""]) => english.toLowerCase());
    expect(keys).toEqual([...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  test.each([
    ["大语言模型", "large language model"],
    ["检索增强生成", "RAG"],
    ["思维链", "chain-of-thought"],
    ["目标检测", "object detection"],
    ["里奇流", "Ricci flow"],
    ["引力波", "gravitational wave"],
    ["蛋白质折叠", "protein folding"],
    ["期权定价", "option pricing"],
    ["综述", "survey"],
  ])("%s leads to %s", (chinese, english) => {
    expect(rows.filter((row) => row[1]?.split("|").includes(chinese)).map((row) => row[0])).toContain(
      english,
    );
  });
});
