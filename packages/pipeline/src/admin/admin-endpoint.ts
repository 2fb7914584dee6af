import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataFolderError } from "../errors.ts";

const AdminEndpoint = z.object({ url: z.url(), token: z.string().min(32), pid: z.int() });
/** Where a running server takes steps: its loopback address, and the secret that proves the caller may read the data folder. */
export type AdminEndpoint = z.infer<typeof AdminEndpoint>;

const FILE_NAME = "admin.json";
const TOKEN_BYTES = 32;

/** A fresh secret, 43 characters of base64url. */
export function createAdminToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/**
 * Tells command lines where this process listens: writes `<dataDir>/admin.json`, readable by its owner alone. The
 * result takes the file away again (only if it is still this process's).
 *
 * @param url base of the site on loopback, `http://127.0.0.1:3000`.
 */
export async function publishAdminEndpoint(
  dataDir: string,
  url: string,
  token: string,
): Promise<() => Promise<void>> {
  const path = join(dataDir, FILE_NAME);
  const draft = `${path}.${process.pid}`;
  const endpoint: AdminEndpoint = { url, token, pid: process.pid };
  try {
    await writeFile(draft, JSON.stringify(endpoint), { mode: 0o600 });
    // An existing draft keeps its old mode.
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (error) {
    throw new DataFolderError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
  return async () => {
    if ((await readEndpoint(path))?.token === token) await rm(path, { force: true });
  };
}

/** The endpoint of a server that lives and uses this data folder, or null. */
export async function findAdminEndpoint(dataDir: string): Promise<AdminEndpoint | null> {
  const endpoint = await readEndpoint(join(dataDir, FILE_NAME));
  return endpoint && isAlive(endpoint.pid) ? endpoint : null;
}

async function readEndpoint(path: string): Promise<AdminEndpoint | null> {
  try {
    return AdminEndpoint.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
