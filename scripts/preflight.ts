import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";

/** Something about this machine keeps the site from starting; the message is one sentence for the person at the terminal. */
export class StartError extends Error {
  override name = "StartError";
}

/** Throws a StartError when the address is taken or may not be used. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((done, fail) => {
      server.once("error", fail);
      server.listen({ host, port, exclusive: true }, done);
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason: Record<string, string> = {
      EADDRINUSE: `Port ${port} on ${host} is in use by another program; stop it, or choose another port: PORT=${port + 1} npm start.`,
      EACCES: `This user may not listen on port ${port}; choose a port of 1024 or above: PORT=3000 npm start.`,
      EADDRNOTAVAIL: `HOST=${host} is not an address of this machine; use 127.0.0.1 for this machine only or 0.0.0.0 for all.`,
      ENOTFOUND: `HOST=${host} is not a known host name; use 127.0.0.1 for this machine only or 0.0.0.0 for all.`,
    };
    throw new StartError(
      reason[code ?? ""] ?? `Port ${port} on ${host} cannot be used: ${(error as Error).message}.`,
    );
  } finally {
    await new Promise((done) => server.close(done));
  }
}

/** Like a recursive mkdir, which in Node spins for ever where the system refuses with ENOENT (below /proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Makes the data folder; throws a StartError when it cannot be made or written. */
export function checkDataDir(dataDir: string): void {
  try {
    makeFolder(resolve(dataDir));
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new StartError(
      `The data folder ${dataDir} cannot be written (${code}); set DATA_DIR to a folder that this user may write.`,
    );
  }
}
