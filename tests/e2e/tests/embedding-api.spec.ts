import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import OpenAI from "openai";
import { expect, test } from "../src/site-test.ts";

/** The embedding API inside the site. One story, in order: off, a key is made, calls, the key is removed, off again. */
test.describe.configure({ mode: "serial" });

const root = resolve(import.meta.dirname, "../../..");
const execute = promisify(execFile);
const CURL = ["/usr/bin/curl", "/bin/curl", "/opt/homebrew/bin/curl"].find((path) => existsSync(path));

let key = "";
let model = "";

/** `npm run embed -- keys …` for the running site's data folder. */
async function keys(...args: string[]): Promise<string> {
  const command = ["apps/worker/src/embed.ts", "keys", ...args];
  const env = { ...process.env, DATA_DIR: process.env.SITE_DATA_DIR };
  return (await execute(process.execPath, command, { cwd: root, env })).stdout.trim();
}

function post(baseURL: string | undefined, body: BodyInit, presented = key): Promise<Response> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${presented}` };
  return fetch(`${baseURL}/v1/embeddings`, { method: "POST", headers, body });
}

async function errorOf(answer: Response): Promise<{ status: number; message: string; code: string }> {
  expect(answer.headers.get("content-type")).toContain("application/json");
  const { error } = (await answer.json()) as { error: { message: string; code: string } };
  return { status: answer.status, message: error.message, code: error.code };
}

const embed = (input: unknown, more: object = {}) => JSON.stringify({ model, input, ...more });

test("A2 the embedding API is off until a key exists, and says how to switch it on", async ({ baseURL }) => {
  const off = { status: 404, message: expect.stringContaining("npm run embed -- keys add NAME") };
  expect(await errorOf(await post(baseURL, "{}", "cp-guess"))).toMatchObject(off);
  expect(await errorOf(await fetch(`${baseURL}/v1/models`))).toMatchObject(off);
});

test("A2 a key made by the command switches it on without a restart, for OpenAI's own client", async ({
  baseURL,
}) => {
  key = await keys("add", "browser-tests");
  expect(key).toMatch(/^cp-[\w-]{43}$/);
  const client = new OpenAI({ baseURL: `${baseURL}/v1`, apiKey: key, maxRetries: 0 });
  model = (await client.models.list()).data[0]!.id;
  const input = ["rotary position embedding", "旋转位置编码", "protein folding"];
  const { data, usage } = await client.embeddings.create({ model, input });
  expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(usage.total_tokens).toBeGreaterThan(input.length);
  const float = await client.embeddings.create({ model, input, encoding_format: "float" });
  for (const [index, { embedding }] of data.entries()) {
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
    expect(embedding.map(Math.fround)).toEqual(float.data[index]!.embedding.map(Math.fround));
  }
});

test("A2 curl gets vectors too", async ({ baseURL }) => {
  test.skip(CURL === undefined, "skipped: no curl");
  const { stdout } = await execute(CURL!, [
    "--silent",
    "--show-error",
    "--fail-with-body",
    `${baseURL}/v1/embeddings`,
    "-H",
    "content-type: application/json",
    "-H",
    `authorization: Bearer ${key}`,
    "-d",
    embed(["graph neural networks", "图神经网络"]),
  ]);
  const answer = JSON.parse(stdout) as { object: string; model: string; data: { embedding: number[] }[] };
  expect(answer).toMatchObject({ object: "list", model });
  expect(answer.data.map(({ embedding }) => embedding.length)).toEqual(
    Array(2).fill(answer.data[0]!.embedding.length),
  );
});

test("A2 what cannot be answered gets a clear error in OpenAI's shape, and the site lives on", async ({
  baseURL,
}) => {
  const cases: [string, () => Promise<Response>, number, string][] = [
    ["no key", () => fetch(`${baseURL}/v1/embeddings`, { method: "POST", body: "{}" }), 401, "No API key"],
    ["a wrong key", () => post(baseURL, embed("a"), `${key}x`), 401, "not known here"],
    ["a wrong model", () => post(baseURL, JSON.stringify({ model: "gpt-9", input: "a" })), 404, '"gpt-9"'],
    ["an empty text", () => post(baseURL, embed("")), 400, "empty string"],
    ["invalid UTF-8", () => post(baseURL, new Uint8Array([0x7b, 0xff, 0x7d])), 400, "not valid UTF-8"],
    ["broken JSON", () => post(baseURL, "{"), 400, "not valid JSON"],
    ["2,049 texts", () => post(baseURL, embed(Array(2049).fill("a"))), 413, "2049 texts"],
    ["a body over 4 MB", () => post(baseURL, embed("x".repeat(4_100_000))), 413, "larger than 4 MB"],
    ["another length", () => post(baseURL, embed("a", { dimensions: 7 })), 400, "this model offers"],
  ];
  for (const [what, ask, status, message] of cases) {
    expect(await errorOf(await ask()), what).toMatchObject({
      status,
      message: expect.stringContaining(message),
    });
  }
  expect((await post(baseURL, embed("attention"))).status).toBe(200);
});

test("A2 a text of 1 MB is cut to the model's length", async ({ baseURL }) => {
  const answer = await post(baseURL, embed("attention ".repeat(100_000)));
  expect(answer.status).toBe(200);
  const { usage } = (await answer.json()) as { usage: { total_tokens: number } };
  expect(usage.total_tokens).toBeLessThan(10_000);
});

test("A2 removing the last key switches the API off at once, and pages go on", async ({
  baseURL,
  request,
}) => {
  await keys("remove", "browser-tests");
  expect(await errorOf(await post(baseURL, embed("a")))).toMatchObject({ status: 404, code: "not_found" });
  expect((await request.get("/search?q=attention")).status()).toBe(200);
});
