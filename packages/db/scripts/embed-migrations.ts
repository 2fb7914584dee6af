/** Compiles `migrations/*.sql`, in the journal's order, into `src/generated/migrations.ts`. */
import { readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../migrations/", import.meta.url);
const target = new URL("../src/generated/migrations.ts", import.meta.url);

export function renderMigrations(): string {
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", folder), "utf8")) as {
    entries: { tag: string }[];
  };
  const migrations = journal.entries.map(({ tag }) => ({
    name: tag,
    statements: readFileSync(new URL(`${tag}.sql`, folder), "utf8")
      .split("--> statement-breakpoint")
      .map((statement) => statement.trim()),
  }));
  return [
    "/** Written by `npm run generate` from migrations/*.sql; do not edit. */",
    "export interface Migration {",
    "  readonly name: string;",
    "  readonly statements: readonly string[];",
    "}",
    "",
    `export const MIGRATIONS: readonly Migration[] = ${JSON.stringify(migrations, null, 2)};`,
    "",
  ].join("\n");
}

if (import.meta.main) writeFileSync(target, renderMigrations());
