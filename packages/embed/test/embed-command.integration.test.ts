/** The command as people run it: processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeRandomBundle, type TestBundle } from "./random-bundle.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");

let bundle: TestBundle;
let dataDir: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  bundle = await makeRandomBundle();
  dataDir = mkdtempSync(join(tmpdir(), "embed-command-"));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});
afterAll(() => {
  bundle?.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly exited: Promise<number | null>;
  /** Resolves to the match when the output holds it; rejects when the process ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

function start(...args: string[]): Running {
  const env = { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: "info" };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  // "close": when the output is complete too.
  const exited = once(child, "close").then(([code]) => code as number | null);
  const waitFor = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output);
        if (match) resolve(match);
      };
      look();
      child.stdout.on("data", look);
      void exited.then((code) =>
        reject(new Error(`ended with ${code} before ${pattern}: ${output}${errors}`)),
      );
    });
  return { child, output: () => output, errors: () => errors, exited, waitFor };
}

function serve(...args: string[]): Running {
  return start("serve", "--bundle", bundle.folder, "--provider", "cpu", "--threads", "1", ...args);
}

const LISTENS = /listens on http:\/\/127\.0\.0\.1:(\d+)/;

/** Reads until the text so far matches. */
async function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (pattern.test(text)) return text;
  }
  throw new Error(`the connection ended before ${pattern}: ${text}`);
}

test("without keys it listens on this machine only and says so; SIGTERM lets a running request finish, logs no text, and exits 0", async () => {
  const server = serve("--port", "0", "--drain-seconds", "600");
  const port = Number((await server.waitFor(LISTENS))[1]);
  await server.waitFor(/no API keys: everybody on this machine/);
  const socket = connect(port, "127.0.0.1");
  const body = JSON.stringify({ model: "random-test", input: "a very secret text" });
  socket.write(
    "POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
      `content-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
  );
  // The server has the request, but not its body.
  await readUntil(socket, /100 Continue\r\n\r\n/);
  server.child.kill("SIGTERM");
  await server.waitFor(/"msg":"draining"/);
  const late = connect(port, "127.0.0.1").on("error", () => {});
  await expect(once(late, "connect")).rejects.toThrow("ECONNREFUSED");
  socket.write(body);
  expect(await readUntil(socket, /"total_tokens":\d+/)).toContain("HTTP/1.1 200");
  expect(await server.exited).toBe(0);
  const lines = server
    .output()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.find(({ msg }) => msg === "embedding request")).toMatchObject({
    status: 200,
    inputs: 1,
    key: null,
  });
  expect(server.output() + server.errors()).not.toContain("secret");
});

test("a request that never ends is cut after the time for draining", async () => {
  const server = serve("--port", "0", "--drain-seconds", "1");
  const port = Number((await server.waitFor(LISTENS))[1]);
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.write(
    "POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n",
  );
  await readUntil(socket, /100 Continue\r\n\r\n/);
  server.child.kill("SIGTERM");
  expect(await server.exited).toBe(0);
});

test("without keys it refuses to listen on a network, before it loads anything", async () => {
  for (const host of ["0.0.0.0", "127.example.org"]) {
    const server = start("serve", "--bundle", "/nowhere", "--host", host, "--port", "0");
    expect(await server.exited).toBe(2);
    expect(server.errors()).toMatch(
      new RegExp(
        `^No API key exists, so the server listens on this machine only, not on ${host}: add a key with`,
      ),
    );
  }
});

test("a busy port is told in a sentence", async () => {
  const occupant = createServer().listen(0, "127.0.0.1");
  await once(occupant, "listening");
  const { port } = occupant.address() as AddressInfo;
  try {
    const server = serve("--port", String(port));
    expect(await server.exited).toBe(1);
    expect(server.errors()).toBe(`Port ${port} on 127.0.0.1 is in use; choose another one with --port.\n`);
  } finally {
    occupant.close();
  }
});

test("a damaged bundle and unusable arguments end with a sentence instead of a stack", async () => {
  const damaged = await makeRandomBundle();
  try {
    truncateSync(join(damaged.folder, "model.float32.onnx"), 100);
    const server = start("serve", "--bundle", damaged.folder, "--port", "0");
    expect(await server.exited).toBe(1);
    expect(server.errors()).toMatch(
      /^\S+model\.float32\.onnx has 100 bytes instead of \d+: it is damaged; .*\n$/,
    );
  } finally {
    damaged.remove();
  }
  const unknown = start("serve", "--provider", "cuda,abacus");
  expect(await unknown.exited).toBe(2);
  expect(unknown.errors()).toContain('"abacus" is none of auto, cpu, cuda');
  const foreign = start("serve", "--bundle", "https://evil.example.org/model/", "--port", "0");
  expect(await foreign.exited).toBe(1);
  expect(foreign.errors()).toMatch(/^evil\.example\.org is not among the hosts of MODEL_HOSTS \(no host\)/);
});

test("keys are added, shown once, listed without themselves, stored as hashes in a private file, and removed", async () => {
  const file = join(dataDir, "keys-test.json");
  const keys = async (...args: string[]) => {
    const run = start("keys", ...args, "--keys", file);
    return { code: await run.exited, output: run.output(), errors: run.errors() };
  };
  const added = await keys("add", "laptop", "--tokens-per-minute", "500");
  const key = /^(cp-[\w-]{43})\n$/.exec(added.output)?.[1];
  expect(key).toBeDefined();
  expect(added.errors).toContain("only time the key is shown");
  expect(readFileSync(file, "utf8")).not.toContain(key!.slice(3));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [again, listed] = await Promise.all([keys("add", "laptop"), keys("list")]);
  expect(again).toMatchObject({
    code: 1,
    output: "",
    errors: expect.stringContaining('a key named "laptop" already'),
  });
  expect(listed.output).toMatch(/^laptop\tsince \d{4}-\d\d-\d\d\t500 tokens\/min\n$/);
  expect(await keys("remove", "laptop")).toMatchObject({ code: 0 });
  const [gone, empty] = await Promise.all([keys("remove", "laptop"), keys("list")]);
  expect(gone).toMatchObject({ code: 1, errors: expect.stringContaining("existing keys: none") });
  expect(empty).toMatchObject({ code: 0, output: "" });
});
