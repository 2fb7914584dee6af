/** A PostgreSQL server of the test's own: made in a temporary folder, reached by a unix socket, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, chownSync, constants, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const SUPERUSER = "cool";

/** Folder with initdb and postgres, the newest where there are several; null without any. */
export function findPostgresBinaries(): string | null {
  const folders = [
    ...globSync("/usr/lib/postgresql/*/bin").sort().reverse(),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return (
    folders.find(
      (folder) => isExecutable(join(folder, "initdb")) && isExecutable(join(folder, "postgres")),
    ) ?? null
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface PostgresServer {
  /** A new empty database; resolves to its connection string. */
  createDatabase(name: string): string;
  stop(): Promise<void>;
}

export async function startPostgres(binaries: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "cool-pg-"));
  const user = unprivilegedUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const asUser = user === null ? {} : { uid: user.uid, gid: user.gid };
  const data = join(folder, "data");
  const options = {
    ...asUser,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"],
  };
  execFileSync(
    join(binaries, "initdb"),
    ["-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    options,
  );
  const server = spawn(
    join(binaries, "postgres"),
    ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "timezone=Asia/Shanghai"],
    options,
  );
  await untilReady(server);
  const url = (database: string) => `postgres://${SUPERUSER}@/${database}?host=${encodeURIComponent(folder)}`;
  return {
    createDatabase: (name) => {
      execFileSync(
        join(binaries, "psql"),
        ["-h", folder, "-U", SUPERUSER, "-c", `create database "${name}"`, "postgres"],
        options,
      );
      return url(name);
    },
    stop: async () => {
      const exited = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: the system's postgres user, else nobody. Null when we are not root. */
function unprivilegedUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: "-u" | "-g", name: string) =>
    Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", name), gid: id("-g", name) };
    } catch {
      // Not on this machine; the next one.
    }
  }
  return null;
}

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("ready to accept connections")) resolve();
    });
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}
