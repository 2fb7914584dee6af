import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildSite, isSiteBuilt } from "./site-build.ts";

export interface RunningSite {
  /** Address on this machine, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Builds the site when its sources have changed and starts it on a free port with a data folder of its own; `settings` go on top of its environment. */
export async function startBuiltSite(
  root: string,
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningSite> {
  if (!isSiteBuilt(root)) await buildSite(root);
  const site = spawn(process.execPath, [join(root, "apps/web/src/server/main.ts"), "start"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      HOST: "127.0.0.1",
      PORT: "0",
      DATABASE_URL: "",
      SEARCH_URI: "",
      SITE_URL: "",
      ...settings,
    },
  });
  const stop = async () => {
    if (site.exitCode !== null || site.signalCode !== null) return;
    const ended = new Promise((done) => site.once("exit", done));
    site.kill("SIGTERM");
    await ended;
  };
  try {
    return { url: await addressOf(site.stdout), pid: site.pid!, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Listens to the site's output until it tells its address; goes on reading, so that the site can go on writing. */
function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  return new Promise((found, failed) => {
    output.on("data", (chunk: Buffer) => {
      text += String(chunk);
      const address = /Cool Papers is at (\S+)/.exec(text)?.[1];
      if (address) found(address);
    });
    output.on("end", () => failed(new Error(`The site ended before it told its address:\n${text}`)));
  });
}
