import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  API_KEY_FILE,
  ApiKeyStore,
  BodyBudget,
  createEmbeddingApp,
  createSiteEmbeddingHandler,
  type EmbeddingAppOptions,
  KeyBudget,
} from "../src/index.ts";
import { fakeAnswerer } from "./fake-answerer.ts";

const UNLIMITED = { requestsPerMinute: null, tokensPerMinute: null };

let dataDir: string;
let store: ApiKeyStore;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "embed-app-"));
  store = new ApiKeyStore(join(dataDir, API_KEY_FILE));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function appWith(options: Partial<EmbeddingAppOptions> = {}) {
  return createEmbeddingApp({
    encoder: fakeAnswerer(),
    keys: () => store.list(),
    withoutKeys: "nobody",
    budget: new KeyBudget(() => performance.now()),
    metrics: null,
    truncate: "end",
    maxBodyBytes: 1000,
    bodies: new BodyBudget(1000),
    log: () => {},
    now: () => 0,
    isReady: () => true,
    ...options,
  });
}

function post(body: BodyInit = "{}", key: string | null = null): Request {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  return new Request("http://h/v1/embeddings", {
    method: "POST",
    headers,
    body,
    duplex: "half",
  } as RequestInit);
}

test("removing the last key of a server on a network does not open it to everybody", async () => {
  const app = appWith();
  const key = store.add("only", UNLIMITED, new Date(0));
  expect((await app.fetch(post("{}", key))).status).toBe(200);
  store.remove("only");
  expect((await app.fetch(post("{}", key))).status).toBe(401);
  expect((await app.fetch(post())).status).toBe(401);
  expect((await app.fetch(new Request("http://h/v1/models"))).status).toBe(401);
});

test("a key file that cannot be read lets nobody in", async () => {
  writeFileSync(join(dataDir, API_KEY_FILE), "not json");
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  expect((await appWith({ withoutKeys: "anybody" }).fetch(post())).status).toBe(500);
  expect(String(logged.mock.calls[0]?.[0])).toContain("cannot be read as keys");
  logged.mockRestore();
});

test("an overloaded encoder's answer says when to try again", async () => {
  const app = appWith({ encoder: fakeAnswerer({ status: 503 }), withoutKeys: "anybody" });
  const response = await app.fetch(post());
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
});

test("bodies beyond the server's budget are refused while others are held, and taken once those are answered", async () => {
  let release = () => {};
  const held = new Promise<void>((done) => {
    release = done;
  });
  const answerer = fakeAnswerer();
  const slow = {
    ...answerer,
    answer: async (...call: Parameters<typeof answerer.answer>) => {
      await held;
      return answerer.answer(...call);
    },
  };
  const bodies = new BodyBudget(1000);
  const app = appWith({ encoder: slow, bodies, withoutKeys: "anybody" });
  const first = app.fetch(post("x".repeat(700)));
  await expect.poll(() => bodies.held).toBe(700);
  expect((await app.fetch(post("x".repeat(700)))).status).toBe(503);
  const small = app.fetch(post("x".repeat(200)));
  release();
  expect([(await first).status, (await small).status]).toEqual([200, 200]);
  expect((await app.fetch(post("x".repeat(700)))).status).toBe(200);
  expect(bodies.held).toBe(0);
});

test("a single body up to the limit is taken even where the budget is smaller", async () => {
  const app = appWith({ bodies: new BodyBudget(10), withoutKeys: "anybody" });
  expect((await app.fetch(post("x".repeat(900)))).status).toBe(200);
  expect((await app.fetch(post("x".repeat(1001)))).status).toBe(413);
});

test("the site's API is off until a key exists, then needs it, and is off again without one", async () => {
  const encoder = fakeAnswerer();
  const handler = createSiteEmbeddingHandler({ dataDir, encoder });
  const off = await handler(post("{}", "cp-guess"));
  expect(off.status).toBe(404);
  expect(await off.json()).toMatchObject({ error: { message: expect.stringContaining("is off") } });
  const key = store.add("reader", UNLIMITED, new Date(0));
  expect((await handler(post())).status).toBe(401);
  expect((await handler(post("{}", "cp-guess"))).status).toBe(401);
  expect(encoder.bodies).toEqual([]);
  expect((await handler(post('{"input": 1}', key))).status).toBe(200);
  expect(encoder.bodies).toEqual(['{"input": 1}']);
  store.remove("reader");
  expect((await handler(post("{}", key))).status).toBe(404);
});

test("the site's API answers models, and nothing of the server's operation", async () => {
  const handler = createSiteEmbeddingHandler({ dataDir, encoder: fakeAnswerer() });
  const headers = { authorization: `Bearer ${store.add("reader", UNLIMITED, new Date(0))}` };
  const models = await handler(new Request("http://h/v1/models", { headers }));
  expect(await models.json()).toMatchObject({
    data: [{ id: "fake" }, { id: "fake-query" }, { id: "fake-document" }],
  });
  expect((await handler(new Request("http://h/metrics", { headers }))).status).toBe(404);
});

test("a site without a model of its own says so to those it would serve, and is off to others", async () => {
  const handler = createSiteEmbeddingHandler({ dataDir, encoder: null });
  expect((await handler(post())).status).toBe(404);
  store.add("reader", UNLIMITED, new Date(0));
  expect((await handler(post())).status).toBe(503);
});
