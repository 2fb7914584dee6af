import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkDataDir, checkPort } from "../preflight.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function listen(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  undo.push(() => new Promise((done) => server.close(done)));
  return (server.address() as { port: number }).port;
}

test("a busy port is named in one sentence with the way out", async () => {
  const port = await listen();
  await expect(checkPort("127.0.0.1", port)).rejects.toThrow(
    new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use .* PORT=${port + 1} npm start\\.$`),
  );
});

test("a free port passes and is free again afterwards", async () => {
  const port = await listen();
  for (const step of undo.splice(0)) await step();
  await checkPort("127.0.0.1", port);
  await checkPort("127.0.0.1", port);
});

test("a host that is not this machine's is named", async () => {
  await expect(checkPort("203.0.113.7", 39_999)).rejects.toThrow(/HOST=203\.0\.113\.7 is not an address/);
});

test("a data folder that cannot be made is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "preflight-"));
  undo.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "file"), "");
  const dataDir = join(folder, "file", "data");
  expect(() => checkDataDir(dataDir)).toThrow(`The data folder ${dataDir} cannot be written (ENOTDIR)`);
});

test.skipIf(process.platform !== "linux")(
  "a folder that the system refuses to make is refused, not tried for ever",
  () => {
    expect(() => checkDataDir("/proc/cool-papers")).toThrow(
      "The data folder /proc/cool-papers cannot be written (ENOENT)",
    );
  },
);
