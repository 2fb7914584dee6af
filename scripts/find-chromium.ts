import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The first Chromium on the path or in CHROMIUM_PATH; null when there is none. */
export function findChromium(env: Record<string, string | undefined> = process.env): string | null {
  const stated = env.CHROMIUM_PATH;
  if (stated) return isExecutable(stated) ? stated : null;
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (folder && isExecutable(path)) return path;
    }
  }
  return null;
}

/**
 * Finds Chromium, else installs it: with apt where this user may (root on Debian or Ubuntu), else with Playwright's
 * own download. Throws with the way out when neither works.
 */
export function ensureChromium(log: (line: string) => void = console.error): string {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && isOnPath("apt-get")) {
    log("No Chromium found: installing it with apt-get …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-q"], { stdio: "ignore", env });
    spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], {
      stdio: "ignore",
      env,
    });
    const installed = findChromium();
    if (installed) return installed;
  }
  log("No Chromium found: asking Playwright for one …");
  const run = spawnSync("npx", ["playwright", "install", "chromium", "--dry-run"], { encoding: "utf8" });
  const folder = /Install location:\s+(.+)/.exec(run.stdout ?? "")?.[1]?.trim();
  const done = spawnSync("npx", ["playwright", "install", "chromium"], { stdio: "inherit" });
  const path = folder ? join(folder, "chrome-linux64", "chrome") : null;
  if (done.status === 0 && path && isExecutable(path)) return path;
  throw new Error(
    "No Chromium: install Debian's package `chromium`, or set CHROMIUM_PATH to a Chromium or Chrome.",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && isExecutable(join(folder, name)));
}
