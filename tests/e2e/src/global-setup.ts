import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { busyDays } from "./busy-days.ts";
import { hostilePapers } from "./hostile-papers.ts";
import { venuePapers } from "./venue-papers.ts";

const root = resolve(import.meta.dirname, "../../..");
/** Not a promise of speed: a machine with other work to do may need minutes. */
const START_MS = 400_000;

/** Starts the built site on a free port and an empty data folder, and imports hostile papers and a busy day through it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), "cool-papers-e2e-"));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: String(port),
    HOST: "127.0.0.1",
    SITE_URL: address,
    DATABASE_URL: "",
  };
  const site = spawn(process.execPath, ["apps/web/src/server/main.ts", "start"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    await stopProcess(site);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await untilReady(site, address);
    const file = join(dataDir, "hostile.jsonl");
    writeFileSync(
      file,
      [...hostilePapers(), ...busyDays(), ...venuePapers()].map((paper) => JSON.stringify(paper)).join("\n"),
    );
    await runToEnd(["apps/worker/src/main.ts", "import", file], env);
  } catch (error) {
    await stop();
    throw error;
  }
  process.env.SITE_ADDRESS = address;
  process.env.SITE_DATA_DIR = dataDir;
  return stop;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** Resolves when the site says that it is ready. Rejects with what it printed when it ends or takes too long. */
function untilReady(site: ChildProcess, address: string): Promise<void> {
  let output = "";
  return new Promise((done, fail) => {
    const impatient = setTimeout(
      () => fail(new Error(`The site took too long to start:\n${output}`)),
      START_MS,
    );
    const read = (chunk: Buffer): void => {
      output += chunk;
      if (!output.includes(`is at ${address}`)) return;
      clearTimeout(impatient);
      done();
    };
    site.stdout?.on("data", read);
    site.stderr?.on("data", read);
    site.once("exit", (code) => {
      clearTimeout(impatient);
      fail(new Error(`The site ended with code ${code}:\n${output}`));
    });
  });
}

function runToEnd(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  let output = "";
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  return new Promise((done, fail) => {
    child.once("exit", (code) =>
      code === 0 ? done() : fail(new Error(`${args.join(" ")} failed:\n${output}`)),
    );
  });
}

function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once("exit", () => done());
    child.kill("SIGTERM");
  });
}
