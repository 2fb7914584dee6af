import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Workspace folders, from the root package.json's patterns, sorted. */
export function workspaceFolders(root: string): string[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    workspaces: string[];
  };
  return workspaces
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
    .map((file) => dirname(file).replaceAll("\\", "/"))
    .sort();
}

/** Workspaces whose `test` script is Vitest and that hold at least one test file. */
export function workspacesWithTests(root: string): string[] {
  return workspaceFolders(root).filter(
    (folder) =>
      existsSync(join(root, folder, "vitest.config.ts")) &&
      globSync(["src/**/*.test.ts", "test/**/*.test.ts"], { cwd: join(root, folder) }).length > 0,
  );
}
