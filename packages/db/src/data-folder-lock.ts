/**
 * `<dataDir>/db.lock`: the embedded database belongs to one process. The file holds the owner's pid, the moment that
 * process started (so that a pid used again is not taken for the owner) and its host. A lock whose owner is dead is
 * taken over. A folder shared between hosts or containers cannot look up the owner's pid: there the owner's regular
 * touch of the file tells.
 */
import {
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataFolderLockedError, DataFolderUnwritableError } from "./errors.ts";

const TOUCH_INTERVAL_MS = 5_000;
/** Touches may be late while a long statement blocks the process. */
const FOREIGN_STALE_MS = 60_000;
/** Taking over lasts milliseconds; a claim older than this was left by a process that died in it. */
const CLAIM_STALE_MS = 10_000;

interface Owner {
  readonly pid: number;
  readonly processStart: string | null;
  readonly host: string;
}

/** Locks of this process: a pid that is ours but not in here belongs to a dead process with the same number. */
const held = new Set<string>();

/**
 * Takes the lock or throws; the result gives it back (also done when the process exits).
 *
 * @throws DataFolderLockedError, DataFolderUnwritableError
 */
export function lockDataFolder(dataDir: string): () => void {
  const path = join(dataDir, "db.lock");
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(thisProcess()));
  } catch (error) {
    throw new DataFolderUnwritableError(dataDir, error);
  }
  try {
    if (!tryLink(draft, path)) takeOver(dataDir, path, draft);
  } finally {
    rmSync(draft, { force: true });
  }
  return holdLock(path);
}

function holdLock(path: string): () => void {
  held.add(path);
  const touch = setInterval(() => touchQuietly(path), TOUCH_INTERVAL_MS);
  touch.unref();
  const release = () => {
    if (!held.delete(path)) return;
    clearInterval(touch);
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** A hard link appears with its content, all or nothing, and fails when the name exists. */
function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    return tryCreate(draft, path);
  }
}

/** For file systems without hard links: as exclusive, though for an instant the file is there without its content. */
function tryCreate(draft: string, path: string): boolean {
  try {
    writeFileSync(path, readFileSync(draft), { flag: "wx" });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Replaces a stale lock. `path.claim` keeps two processes from both judging the same lock stale and both winning. */
function takeOver(dataDir: string, path: string, draft: string): void {
  const claim = `${path}.claim`;
  dropOldClaim(claim);
  if (!tryLink(draft, claim)) throw lockedBy(dataDir, readOwner(claim) ?? readOwner(path));
  try {
    const owner = readOwner(path);
    if (owner !== null && isAlive(owner, path)) throw lockedBy(dataDir, owner);
    // Given back in the meantime: others may take it without a claim, so it must not be overwritten.
    const isFree = owner === null && !existsSync(path);
    if (!isFree) renameSync(claim, path);
    else if (!tryLink(draft, path)) throw lockedBy(dataDir, readOwner(path));
  } finally {
    rmSync(claim, { force: true });
  }
}

function lockedBy(dataDir: string, owner: Owner | null): DataFolderLockedError {
  return new DataFolderLockedError(
    dataDir,
    owner?.pid ?? 0,
    owner && owner.host !== hostname() ? owner.host : null,
  );
}

function isAlive(owner: Owner, path: string): boolean {
  if (owner.host !== hostname()) return ageMs(path) < FOREIGN_STALE_MS;
  if (owner.pid === process.pid) return held.has(path);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (!isCode(error, "EPERM")) return false;
  }
  return owner.processStart === null || owner.processStart === processStart(owner.pid);
}

function readOwner(path: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(path, "utf8")) as Partial<Owner>;
    if (typeof owner.pid !== "number" || typeof owner.host !== "string") return null;
    return { pid: owner.pid, host: owner.host, processStart: owner.processStart ?? null };
  } catch {
    return null;
  }
}

function thisProcess(): Owner {
  return { pid: process.pid, processStart: processStart(process.pid), host: hostname() };
}

/** Ticks from boot to the start of a process (proc(5), field 22 of stat), with the boot's id; null where there is no /proc. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // The second field is the command in parentheses and may hold blanks: count from the last parenthesis.
    const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${boot}/${startTicks}`;
  } catch {
    return null;
  }
}

function dropOldClaim(claim: string): void {
  if (ageMs(claim) > CLAIM_STALE_MS) rmSync(claim, { force: true });
}

/** Age of a file by its modification time; 0 when it is gone. */
function ageMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs;
}

function touchQuietly(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The file was removed by hand; the next opener will find out.
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
