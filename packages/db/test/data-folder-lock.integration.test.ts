import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockDataFolder } from "../src/data-folder-lock.ts";
import { DataFolderLockedError, DataFolderUnwritableError } from "../src/errors.ts";

let dataDir: string;
let lockFile: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "cool-lock-"));
  lockFile = join(dataDir, "db.lock");
});
afterEach(async () => {
  for (const child of children.splice(0)) await ended(child, "SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

/** Another process that tries to take the lock and stays; resolves to its first line: "held" or the error. */
async function contender(): Promise<{ child: ChildProcess; said: string }> {
  const module = new URL("../src/data-folder-lock.ts", import.meta.url).href;
  const script = `
    import { lockDataFolder } from ${JSON.stringify(module)};
    try { lockDataFolder(${JSON.stringify(dataDir)}); console.log("held"); process.stdin.resume(); }
    catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const [text] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return { child, said: text.trim() };
}

describe("the lock of the data folder", () => {
  test("a second opener in the same process is told the folder and the pid", () => {
    const release = lockDataFolder(dataDir);
    expect(() => lockDataFolder(dataDir)).toThrow(
      `The data folder ${dataDir} is in use by process ${process.pid}; stop that process, or set DATA_DIR to another folder.`,
    );
    release();
    lockDataFolder(dataDir)();
    expect(existsSync(lockFile)).toBe(false);
  });

  test("a second process is told the pid that holds the folder", async () => {
    const release = lockDataFolder(dataDir);
    const { said } = await contender();
    release();
    expect(said).toContain(`${dataDir} is in use by process ${process.pid};`);
  });

  test("a process that is alive keeps its lock, one that was killed loses it", async () => {
    const { child, said } = await contender();
    expect(said).toBe("held");
    expect(() => lockDataFolder(dataDir)).toThrow(DataFolderLockedError);
    await ended(child, "SIGKILL");
    expect(existsSync(lockFile)).toBe(true);
    lockDataFolder(dataDir)();
  });

  test("a process that ends by itself leaves no lock", async () => {
    const { child } = await contender();
    const exit = once(child, "exit");
    child.stdin?.end();
    await exit;
    expect(existsSync(lockFile)).toBe(false);
  });

  test("of several processes that find a dead lock only one takes it", async () => {
    const { child } = await contender();
    await ended(child, "SIGKILL");
    const said = (await Promise.all([contender(), contender(), contender()])).map((each) => each.said);
    expect(said.filter((line) => line === "held")).toHaveLength(1);
    expect(said.filter((line) => line.includes("is in use by process"))).toHaveLength(2);
  });

  test("a pid used again by another process does not keep a dead lock alive", () => {
    const parent = { pid: process.ppid, processStart: "another boot/1", host: hostname() };
    writeFileSync(lockFile, JSON.stringify(parent));
    lockDataFolder(dataDir)();
    // A container's first process has the same pid after each start.
    writeFileSync(lockFile, JSON.stringify({ ...parent, pid: process.pid }));
    lockDataFolder(dataDir)();
  });

  test("a lock from another host holds as long as it is touched", () => {
    const foreign = JSON.stringify({ pid: 1, processStart: null, host: "elsewhere" });
    writeFileSync(lockFile, foreign);
    expect(() => lockDataFolder(dataDir)).toThrow("is in use by process 1 on elsewhere;");
    const tenMinutesAgo = new Date(Date.now() - 600_000);
    utimesSync(lockFile, tenMinutesAgo, tenMinutesAgo);
    const release = lockDataFolder(dataDir);
    expect(JSON.parse(readFileSync(lockFile, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    release();
  });

  test("a lock file that is no lock is taken over", () => {
    writeFileSync(lockFile, "not json");
    lockDataFolder(dataDir)();
    writeFileSync(lockFile, "");
    lockDataFolder(dataDir)();
  });

  test("a folder that cannot be written is named", () => {
    const file = join(dataDir, "file");
    writeFileSync(file, "");
    expect(() => lockDataFolder(join(file, "inside"))).toThrow(DataFolderUnwritableError);
    expect(() => lockDataFolder(join(file, "inside"))).toThrow(
      `The data folder ${join(file, "inside")} cannot be written (ENOTDIR); make it writable, or set DATA_DIR to another folder.`,
    );
  });
});
