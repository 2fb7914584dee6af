import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "./architecture.ts";

const STAMP = "apps/web/.next/SOURCES";
/** What goes into the site's bundle besides the packages' own sources. */
const OTHER_INPUTS = ["package-lock.json", "apps/web/next.config.ts", "apps/web/package.json"];
const SOURCE_FOLDERS = ["apps/web", "packages"];

/** A digest of everything that the built site is made from. */
export function sourcesDigest(root: string): string {
  const hash = createHash("sha256");
  const files = SOURCE_FOLDERS.flatMap((folder) => sourceFiles(join(root, folder))).filter(
    (file) => !/\.test\.tsx?$/.test(file),
  );
  for (const file of [...files, ...OTHER_INPUTS.map((name) => join(root, name))].sort()) {
    if (existsSync(file)) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** True when `.next` holds a finished build of exactly these sources. */
export function isSiteBuilt(root: string): boolean {
  const stamp = join(root, STAMP);
  return (
    existsSync(join(root, "apps/web/.next/BUILD_ID")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === sourcesDigest(root)
  );
}

/** Builds the site, its output passed through. Rejects with one sentence when the build fails. */
export async function buildSite(root: string): Promise<void> {
  const digest = sourcesDigest(root);
  const child = spawn(process.execPath, ["src/server/build.ts"], {
    cwd: join(root, "apps/web"),
    stdio: "inherit",
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("exit", done);
  });
  if (code !== 0) throw new Error("The site could not be built; the lines above say why.");
  writeFileSync(join(root, STAMP), digest);
}
