import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { SHOTS } from "../screenshot-list.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, "docs/screenshots");
const files = readdirSync(folder).sort();

describe("pictures of the documentation", () => {
  it("are the ones that npm run screenshots makes, no more and no less", () => {
    expect(files).toEqual(SHOTS.map(({ name }) => `${name}.webp`).sort());
  });

  it("are all shown in the README or in docs/design.md, and nothing else is", () => {
    const shown = ["README.md", "docs/design.md"].flatMap((document) =>
      [
        ...readFileSync(join(root, document), "utf8").matchAll(
          /!\[[^\]]+\]\((?:docs\/)?screenshots\/([^)]+)\)/g,
        ),
      ].map(([, file]) => file!),
    );
    expect([...new Set(shown)].sort()).toEqual(files);
  });

  it("weigh less than 800 kB together", () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    expect(bytes).toBeLessThan(800_000);
  });
});
