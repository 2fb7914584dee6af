import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ALLOWED_IMPORTS,
  declaredDependencies,
  importProblem,
  importSpecifiers,
  sourceFiles,
} from "../architecture.ts";

const root = resolve(import.meta.dirname, "../..");

describe("imports follow the design's table and each package's own package.json", () => {
  const folders = Object.keys(ALLOWED_IMPORTS).filter((folder) => existsSync(join(root, folder)));

  test.each(folders)("%s", (folder) => {
    const declared = declaredDependencies(root, folder);
    const problems = sourceFiles(join(root, folder)).flatMap((path) => {
      const file = relative(root, path);
      return importSpecifiers(readFileSync(path, "utf8"))
        .map((specifier) => importProblem({ file, specifier }, declared))
        .filter((problem) => problem !== null);
    });
    expect(problems).toEqual([]);
  });
});

describe("the check itself", () => {
  const declared = new Set(["zod", "@cool-papers/text", "@cool-papers/core"]);

  test("finds static, dynamic, re-exported and type imports, and ignores comments", () => {
    // Written with capitals so that this file's own scan does not take them for imports.
    const source = `
      IMPORT a FROM "zod";
      IMPORT type { B } FROM '@cool-papers/core';
      export * FROM "./c.ts";
      const d = await IMPORT("node:fs");
      IMPORT "side-effect";
      // IMPORT e FROM "commented";
      /* IMPORT f FROM "commented-too"; */`
      .replaceAll("IMPORT", "import")
      .replaceAll("FROM", "from");
    expect(importSpecifiers(source)).toEqual([
      "zod",
      "@cool-papers/core",
      "./c.ts",
      "node:fs",
      "side-effect",
    ]);
  });

  test("refuses a workspace that the table does not list", () => {
    const problem = importProblem(
      { file: "packages/embed/src/a.ts", specifier: "@cool-papers/core" },
      declared,
    );
    expect(problem).toMatch(/table does not allow/);
  });

  test("refuses ml → embed and embed → ml even when declared", () => {
    const all = new Set(["@cool-papers/ml", "@cool-papers/embed"]);
    expect(
      importProblem({ file: "packages/embed/src/a.ts", specifier: "@cool-papers/ml" }, all),
    ).not.toBeNull();
    expect(
      importProblem({ file: "packages/ml/src/a.ts", specifier: "@cool-papers/embed" }, all),
    ).not.toBeNull();
  });

  test("refuses an undeclared dependency, subpaths included", () => {
    const site = { file: "packages/text/src/a.ts", specifier: "lodash/get" };
    expect(importProblem(site, declared)).toMatch(/does not declare/);
    expect(importProblem({ ...site, specifier: "zod/v4" }, declared)).toBeNull();
  });

  test("refuses a relative path out of the workspace", () => {
    const site = { file: "packages/text/src/a.ts", specifier: "../../core/src/paper.ts" };
    expect(importProblem(site, declared)).toMatch(/by its name/);
  });

  test("allows node's own modules and the package itself", () => {
    expect(importProblem({ file: "packages/text/src/a.ts", specifier: "node:fs" }, declared)).toBeNull();
    expect(
      importProblem({ file: "packages/text/test/a.ts", specifier: "@cool-papers/text" }, declared),
    ).toBeNull();
  });
});
