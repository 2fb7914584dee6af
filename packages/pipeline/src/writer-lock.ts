import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataFolderError, StepBusyError } from "./errors.ts";

const LockContent = z.object({ pid: z.int(), step: z.string(), since: z.string(), nonce: z.string() });
type LockContent = z.infer<typeof LockContent>;

/** Gives the right to write back; harmless when called twice. */
export type ReleaseWriter = () => Promise<void>;

/**
 * One writing step at a time in a data folder, over all its processes: the search index has one writer, and two imports
 * at once would only wait for each other. The holder is a file with the pid, so that a killed holder blocks nobody.
 * Throws StepBusyError, which says who writes since when.
 */
export async function acquireWriter(dataDir: string, step: string, now: Date): Promise<ReleaseWriter> {
  const path = join(dataDir, "writer.lock");
  const mine: LockContent = { pid: process.pid, step, since: now.toISOString(), nonce: randomUUID() };
  await createFolder(dataDir);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await tryCreate(path, mine)) return () => release(path, mine);
    const holder = await readHolder(path);
    if (holder && isAlive(holder)) {
      throw new StepBusyError(
        `busy with ${holder.step} since ${holder.since} (process ${holder.pid}); try again when it is done`,
      );
    }
    await rm(path, { force: true });
  }
  throw new StepBusyError(`another process keeps taking ${path}; try again`);
}

async function tryCreate(path: string, content: LockContent): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(content), { flag: "wx" });
    heldNonces.add(content.nonce);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new DataFolderError(`cannot write to ${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function readHolder(path: string): Promise<LockContent | null> {
  try {
    return LockContent.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** Pids come round again: a lock of this very process counts only while it is held here. */
const heldNonces = new Set<string>();

function isAlive(holder: LockContent): boolean {
  if (holder.pid === process.pid) return heldNonces.has(holder.nonce);
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function release(path: string, mine: LockContent): Promise<void> {
  if (!heldNonces.delete(mine.nonce)) return;
  if ((await readHolder(path))?.nonce === mine.nonce) await rm(path, { force: true });
}

async function createFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (error) {
    throw new DataFolderError(`cannot create the data folder ${dataDir}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
