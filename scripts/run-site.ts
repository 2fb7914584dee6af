import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { parseSettings } from "@cool-papers/core/settings";
import { loadEnvFile } from "@cool-papers/pipeline/load-env-file";
import { checkDataDir, checkPort } from "./preflight.ts";
import { buildSite, isSiteBuilt } from "./site-build.ts";

export interface RunSiteOptions {
  /** The repository's root. */
  readonly root: string;
  readonly mode: "production" | "development";
  /** The process's own environment; a `.env` file is added to it. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Checks what could go wrong, builds the site when its sources have changed, and runs it until a signal ends it.
 * Throws SettingsError or StartError with one sentence for the person at the terminal.
 */
export async function runSite({ root, mode, env }: RunSiteOptions): Promise<never> {
  loadEnvFile(join(root, ".env"));
  const settings = parseSettings(env);
  const dataDir = resolve(root, settings.dataDir);
  checkDataDir(dataDir);
  await checkPort(settings.host, settings.port);
  if (mode === "production" && !isSiteBuilt(root)) {
    console.log("Building the site (first start, or its sources have changed) …");
    await buildSite(root);
  }
  const command = mode === "production" ? "start" : "dev";
  const child = spawn(process.execPath, [join(root, "apps/web/src/server/main.ts"), command], {
    cwd: root,
    stdio: "inherit",
    env: { ...env, DATA_DIR: dataDir },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number | null>((done) => child.on("exit", done));
  process.exit(code ?? 0);
}
