import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderMigrations } from "../scripts/embed-migrations.ts";
import { MIGRATIONS } from "../src/generated/migrations.ts";

const folder = join(import.meta.dirname, "..");

test("the compiled migrations are those of the SQL files", () => {
  expect(readFileSync(join(folder, "src/generated/migrations.ts"), "utf8")).toBe(renderMigrations());
});

test("the migrations make the schema: drizzle-kit finds nothing to add", () => {
  // The tool wants a folder relative to the package.
  const out = mkdtempSync(join(folder, ".migrations-"));
  try {
    cpSync(join(folder, "migrations"), out, { recursive: true });
    const before = readdirSync(out);
    const kit = join(folder, "../../node_modules/drizzle-kit/bin.cjs");
    const resolve = join(folder, "scripts/resolve-drizzle.ts");
    const options = [
      "--dialect",
      "postgresql",
      "--schema",
      "./src/schema.ts",
      "--out",
      out.slice(folder.length + 1),
    ];
    const said = execFileSync(process.execPath, ["--import", resolve, kit, "generate", ...options], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(said).toContain("No schema changes");
    expect(readdirSync(out)).toEqual(before);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

test("no migration needs an extension", () => {
  const sql = MIGRATIONS.flatMap((migration) => migration.statements).join("\n");
  expect(sql).toMatch(/create table/i);
  expect(sql).not.toMatch(/create extension/i);
});
