import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  API_KEY_FILE,
  ApiKeyStore,
  BodyBudget,
  createEmbeddingApp,
  type EmbeddingServer,
  KeyBudget,
  listen,
  SHIPPED_BUNDLE,
  ThreadedEncoder,
} from "@cool-papers/embed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEmbedder } from "../src/open-embedder.ts";

let encoder: ThreadedEncoder;
let server: EmbeddingServer;
let dataDir: string;
let key: string;
const requests: string[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "open-embedder-"));
  const store = new ApiKeyStore(join(dataDir, API_KEY_FILE));
  key = store.add("site", { requestsPerMinute: null, tokensPerMinute: null }, new Date(0));
  encoder = await ThreadedEncoder.open({ bundleDir: SHIPPED_BUNDLE, provider: "cpu", threads: 1 });
  const app = createEmbeddingApp({
    encoder,
    keys: () => store.list(),
    withoutKeys: "nobody",
    budget: new KeyBudget(() => 0),
    metrics: null,
    truncate: "end",
    maxBodyBytes: 1_000_000,
    bodies: new BodyBudget(1_000_000),
    log: ({ key: name, status }) => requests.push(`${name} ${status}`),
    now: () => 0,
    isReady: () => true,
  });
  server = await listen(app, "127.0.0.1", 0);
});

afterAll(async () => {
  await server?.close(1000);
  await encoder?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const settings = { modelDir: null, log: () => {} };

test("with EMBED_URL and EMBED_KEY another server embeds: same model, same vectors as in this process", async () => {
  const remote = await openEmbedder({ ...settings, embedUrl: `${server.url}/v1`, embedKey: key });
  const local = await openEmbedder({ ...settings, embedUrl: null, embedKey: null });
  const texts = ["rotary position embedding", "旋转位置编码", "protein folding"];
  expect({ model: remote?.model, dimension: remote?.dimension }).toEqual({
    model: local?.model,
    dimension: local?.dimension,
  });
  expect(await remote!.embedDocuments(texts)).toEqual(await local!.embedDocuments(texts));
  expect(await remote!.embedQuery(texts[1]!)).toEqual(await local!.embedQuery(texts[1]!));
  expect(await remote!.rerank!(texts[0]!, texts)).toEqual(await local!.rerank!(texts[0]!, texts));
  // The site's own API has nothing to answer with; it says to ask that server.
  expect(remote!.answerer).toBeNull();
  expect(requests).toContain("site 200");
  await local!.close();
});

test("a server that refuses the key is named when the embedder is opened", async () => {
  const opening = openEmbedder({ ...settings, embedUrl: server.url, embedKey: "cp-wrong" });
  await expect(opening).rejects.toThrow(
    `${server.url}/v1/models answered 401: The API key is not known here`,
  );
});
