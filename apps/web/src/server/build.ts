import { spawn } from "node:child_process";
import { join } from "node:path";
import { bundleBrowserScript, writeBrowserScript } from "./browser-script.ts";

/** Builds the site: the pages with Next, then the pages' script beside them. Ends with Next's exit code. */
const webRoot = join(import.meta.dirname, "../..");
const next = spawn(
  process.execPath,
  [join(import.meta.dirname, "../../../../node_modules/next/dist/bin/next"), "build"],
  {
    cwd: webRoot,
    stdio: "inherit",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  },
);
const code = await new Promise<number>((done) => next.on("exit", (exitCode) => done(exitCode ?? 1)));
if (code === 0) writeBrowserScript(await bundleBrowserScript());
process.exitCode = code;
