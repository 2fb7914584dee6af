import { readdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

/**
 * The import table of the design: a folder may import the workspaces listed for it and nothing else.
 * `null` means "anything".
 */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[] | null>> = {
  "apps/web": ["core", "db", "search", "ingest", "embed", "pipeline"],
  "apps/extension": ["core"],
  "apps/worker": ["core", "db", "search", "ingest", "embed", "pipeline"],
  "packages/pipeline": ["core", "db", "search", "ingest", "embed"],
  "packages/core": [],
  "packages/text": [],
  "packages/onnx": [],
  "packages/db": ["core"],
  "packages/search": ["core", "db"],
  "packages/ingest": ["core"],
  "packages/embed": ["text", "onnx"],
  "packages/ml": ["text", "onnx"],
  benchmarks: null,
  scripts: null,
  "tests/e2e": null,
};

const SCOPE = "@cool-papers/";
const SKIPPED = new Set([
  "node_modules",
  ".next",
  ".turbo",
  ".results",
  "test-results",
  "dist",
  "build",
  ".data",
]);
const SPECIFIER =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*|\brequire\.resolve\s*\(\s*|import\.meta\.resolve\s*\(\s*)["']([^"'\n]+)["']/g;

export interface ImportSite {
  /** Path from the repository's root. */
  readonly file: string;
  readonly specifier: string;
}

/** Every module specifier in the source text of one file; comments are not looked at. */
export function importSpecifiers(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(SPECIFIER)].map((match) => match[1]!);
}

/** The workspace folder a file belongs to, by the longest matching prefix. */
export function workspaceOf(file: string): string | null {
  const folders = Object.keys(ALLOWED_IMPORTS).filter(
    (folder) => file === folder || file.startsWith(`${folder}/`),
  );
  return folders.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** Why an import is forbidden, in one sentence, or null when it is allowed. */
export function importProblem(site: ImportSite, declared: ReadonlySet<string>): string | null {
  const workspace = workspaceOf(site.file);
  if (workspace === null) return null;
  const { specifier } = site;
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return null;
  if (specifier.startsWith(".")) return relativeProblem(site, workspace);
  const name = packageName(specifier);
  if (name.startsWith(SCOPE)) {
    const target = name.slice(SCOPE.length);
    const allowed = ALLOWED_IMPORTS[workspace];
    if (allowed && allowed !== null && target !== workspace.split("/").at(-1) && !allowed.includes(target)) {
      return `${site.file} imports ${name}, which the design's table does not allow for ${workspace}`;
    }
    if (target === workspace.split("/").at(-1)) return null;
  }
  if (declared.has(name) || declared.has(`@types/${name}`)) return null;
  return `${site.file} imports ${name}, which ${workspace}/package.json does not declare`;
}

function relativeProblem(site: ImportSite, workspace: string): string | null {
  const target = relative(".", resolve(dirname(site.file), site.specifier)).replaceAll("\\", "/");
  if (target === workspace || target.startsWith(`${workspace}/`)) return null;
  const other = workspaceOf(target);
  if (ALLOWED_IMPORTS[workspace] === null) return null;
  if (other === null) return /^(vitest\.shared|vitest\.config)/.test(target) ? null : outside(site, target);
  return outside(site, target);
}

function outside(site: ImportSite, target: string): string {
  return `${site.file} reaches ${target} by a relative path: import the package by its name`;
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
}

/** Every TypeScript or JavaScript file below a folder, from the repository's root. */
export function sourceFiles(folder: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder)) {
    if (SKIPPED.has(entry)) continue;
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) files.push(...sourceFiles(path));
    else if (/\.(ts|tsx|mts|js|mjs)$/.test(entry)) files.push(path);
  }
  return files;
}

/** Names that a workspace may import: its own dependencies, and the root's development tools. */
export function declaredDependencies(root: string, workspace: string): Set<string> {
  const read = (path: string): Record<string, Record<string, string> | undefined> =>
    JSON.parse(readFileSync(path, "utf8"));
  const own = read(join(root, workspace, "package.json"));
  const shared = read(join(root, "package.json"));
  return new Set([
    ...Object.keys(own.dependencies ?? {}),
    ...Object.keys(own.devDependencies ?? {}),
    ...Object.keys(own.peerDependencies ?? {}),
    ...Object.keys(own.optionalDependencies ?? {}),
    ...Object.keys(shared.devDependencies ?? {}),
  ]);
}
