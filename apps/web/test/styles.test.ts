import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const folder = resolve(import.meta.dirname, "../src/styles");
const guide = readFileSync(resolve(import.meta.dirname, "../../../docs/design.md"), "utf8");

interface Declaration {
  readonly file: string;
  readonly property: string;
  readonly value: string;
}

function declarationsOf(file: string): Declaration[] {
  const source = readFileSync(join(folder, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return [...source.matchAll(/(?<=[{;]\s*)([\w-]+)\s*:\s*([^;{}]+);/g)].map(([, property, value]) => ({
    file,
    property: property!,
    value: value!.replace(/\s+/g, " ").trim(),
  }));
}

const files = readdirSync(folder).filter((file) => file.endsWith(".css"));
const all = files.flatMap(declarationsOf);
const tokens = new Map(
  declarationsOf("tokens.css")
    .filter(({ property }) => property.startsWith("--"))
    .map(({ property, value }) => [property, value]),
);
/** Rules outside of the system's own file; setting one of its variables (on a phone, in print) is part of the system. */
const rules = all.filter(({ file, property }) => file !== "tokens.css" && !property.startsWith("--"));
const print = (found: readonly Declaration[]) =>
  found.map(({ file, property, value }) => `${file} ${property}: ${value}`);

const NAMED_COLOUR =
  /\b(?:black|white|gray|grey|silver|red|green|blue|yellow|orange|purple|pink|brown|navy|teal|maroon)\b/;

describe("style sheets", () => {
  it("are read by this test", () => {
    expect(files.length).toBeGreaterThan(5);
    expect(rules.length).toBeGreaterThan(300);
    expect(tokens.size).toBeGreaterThan(30);
  });

  it("take every colour from the system", () => {
    const own = rules.filter(
      ({ value }) => /#[\da-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab)\(/i.test(value) || NAMED_COLOUR.test(value),
    );
    expect(print(own)).toEqual([]);
  });

  it("take every size of type from the scale; what stands inside a text may be relative to it", () => {
    const own = rules.filter(
      ({ property, value }) =>
        property === "font-size" && !/^var\(--text-[a-z]+\)$|^[\d.]+em$|^100%$/.test(value),
    );
    expect(print(own)).toEqual([]);
  });

  it("round corners as the system does", () => {
    const own = rules.filter(
      ({ property, value }) =>
        property === "border-radius" && !/^var\(--radius(?:-round)?\)$|^0$/.test(value),
    );
    expect(print(own)).toEqual([]);
  });

  it("use only variables that the system has, and the system has none that nothing uses", () => {
    const used = new Set(
      all.flatMap(({ value }) => [...value.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name!)),
    );
    expect([...used].filter((name) => !tokens.has(name))).toEqual([]);
    expect([...tokens.keys()].filter((name) => !used.has(name))).toEqual([]);
  });
});

describe("docs/design.md", () => {
  const rows = new Map(
    [...guide.matchAll(/^\| `(--[\w-]+)` \| `([^`]+)` \|/gm)].map(([, name, value]) => [name!, value!]),
  );

  it("lists every variable with its value", () => {
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(tokens));
  });

  it("names no variable that does not exist", () => {
    const named = [...guide.matchAll(/--[a-z][\w-]*/g)].map(([name]) => name);
    expect(named.filter((name) => !tokens.has(name))).toEqual([]);
  });
});
