import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { SourceUnavailableError } from "./errors.ts";

/** Time as the limiter sees it; tests pass a clock of their own. */
export interface LimiterClock {
  nowMs(): number;
  /** Rejects with the signal's reason when it fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Lets requests to one source through one at a time, far enough apart, over all processes that share it. */
export interface RequestLimiter {
  /** Waits for its turn, runs the request and keeps others out until it ends. */
  run<T>(request: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** No request before this moment: the source asked for it. */
  postpone(untilMs: number): Promise<void>;
}

export interface FileLimiterSettings {
  /** State file, shared by all processes of a machine; a `.lock` is made beside it. */
  readonly path: string;
  /** Least time between the starts of two requests. arXiv's terms: 3,000. */
  readonly intervalMs: number;
  /** Who would wait longer than this gets SourceUnavailableError instead: a reader does not wait for minutes. */
  readonly maxWaitMs: number;
  readonly clock: LimiterClock;
}

const State = z.object({ lastStartMs: z.number(), notBeforeMs: z.number() });
type State = z.infer<typeof State>;

const POLL_MS = 50;
/** A holder touches its lock while it works; one that has not for so long is dead. */
const STALE_MS = 30_000;
const TOUCH_MS = 5_000;

/** A limiter whose state is a file and whose turn is a lock file beside it. */
export function createFileLimiter(settings: FileLimiterSettings): RequestLimiter {
  const { path, clock } = settings;
  return {
    async run(request, signal) {
      const deadlineMs = clock.nowMs() + settings.maxWaitMs;
      const release = await takeTurn(settings, deadlineMs, signal);
      try {
        const state = await readState(path);
        const startMs = Math.max(state.lastStartMs + settings.intervalMs, state.notBeforeMs);
        if (startMs > deadlineMs) throw tooLong(startMs);
        if (startMs > clock.nowMs()) await clock.sleep(startMs - clock.nowMs(), signal);
        await writeState(path, { ...state, lastStartMs: clock.nowMs() });
        return await request();
      } finally {
        await release();
      }
    },
    async postpone(untilMs) {
      const release = await takeTurn(settings, clock.nowMs() + settings.maxWaitMs, undefined);
      try {
        const state = await readState(path);
        await writeState(path, { ...state, notBeforeMs: Math.max(state.notBeforeMs, untilMs) });
      } finally {
        await release();
      }
    },
  };
}

async function takeTurn(
  { path, clock }: FileLimiterSettings,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    signal?.throwIfAborted();
    if (await tryCreate(lock)) break;
    if (await isStale(lock)) await rm(lock, { force: true });
    else if (clock.nowMs() >= deadlineMs) throw tooLong(null);
    else await clock.sleep(POLL_MS, signal);
  }
  const touch = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), TOUCH_MS);
  touch.unref();
  return async () => {
    clearInterval(touch);
    await rm(lock, { force: true });
  };
}

function tooLong(untilMs: number | null): SourceUnavailableError {
  const retryAt = untilMs === null ? null : new Date(untilMs);
  return new SourceUnavailableError("the source may not be asked so soon; try again in a moment", {
    retryAt,
  });
}

async function tryCreate(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** By the file's own time, not the injected clock's: both come from the file system. */
async function isStale(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

async function readState(path: string): Promise<State> {
  try {
    return State.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return { lastStartMs: 0, notBeforeMs: 0 };
  }
}

async function writeState(path: string, state: State): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(state));
  await rename(draft, path);
}
