import { createHash } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BundleConfig } from "@cool-papers/onnx";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InvalidInputError, ModelLoadError, openModel, ThreadedEncoder } from "../src/index.ts";
import { cosine, makeRandomBundle, randomNumbers, type TestBundle } from "./random-bundle.ts";

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await makeRandomBundle();
});
afterEach(() => bundle.remove());

test("padding beside longer texts does not change a text's vector", async () => {
  const encoder = await openModel({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
  const alone = await encoder.embed(["graphs"]);
  const beside = await encoder.embed(["graphs", "attention is all you need deep learning of graphs"]);
  beside.vectors[0]!.forEach((value, index) => {
    expect(value).toBeCloseTo(alone.vectors[0]![index]!, 6);
  });
  await encoder.close();
});

test("a bundle with a model for queries reads queries by it, and everything else by that of documents", async () => {
  const both = await makeRandomBundle(randomNumbers, (count) => randomNumbers(count, 77));
  const ofQueries = await makeRandomBundle((count) => randomNumbers(count, 77));
  const open = (folder: string) => openModel({ bundleDir: folder, provider: "cpu", threads: 1 });
  const [encoder, documents, queries] = [
    await open(both.folder),
    await open(bundle.folder),
    await open(ofQueries.folder),
  ];
  const texts = ["graphs", "attention is all you need"];
  try {
    // Together, so that one batch could hold them all.
    const [query, document, plain] = await Promise.all(
      (["query", "document", null] as const).map((inputType) => encoder.embed(texts, { inputType })),
    );
    expect(query!.vectors).toEqual((await queries.embed(texts, { inputType: "query" })).vectors);
    expect(document!.vectors).toEqual((await documents.embed(texts, { inputType: "document" })).vectors);
    expect(plain!.vectors).toEqual((await documents.embed(texts)).vectors);
    expect(
      cosine(query!.vectors[0]!, (await documents.embed(texts, { inputType: "query" })).vectors[0]!),
    ).toBeLessThan(0.99);
  } finally {
    for (const opened of [encoder, documents, queries]) await opened.close();
    for (const made of [both, ofQueries]) made.remove();
  }
});

test("a bundle whose model for queries is damaged is refused", async () => {
  const both = await makeRandomBundle(randomNumbers, randomNumbers);
  try {
    truncateSync(join(both.folder, "query.float32.onnx"), 100);
    await expect(openModel({ bundleDir: both.folder })).rejects.toThrow(
      "query.float32.onnx has 100 bytes instead of",
    );
  } finally {
    both.remove();
  }
});

test("a damaged model file is refused by its checksum", async () => {
  const file = join(bundle.folder, "model.float32.onnx");
  const bytes = readFileSync(file);
  bytes[bytes.length - 5]! ^= 0xff;
  writeFileSync(file, bytes);
  await expect(openModel({ bundleDir: bundle.folder })).rejects.toThrow("does not match its checksum");
});

test("a truncated model file is refused by its size", async () => {
  truncateSync(join(bundle.folder, "model.float32.onnx"), 100);
  await expect(openModel({ bundleDir: bundle.folder })).rejects.toThrow("has 100 bytes instead of");
});

test("a model whose vectors are no numbers is refused when it is opened, not in somebody's request", async () => {
  const broken = await makeRandomBundle((count) => new Float32Array(count).fill(Number.NaN));
  try {
    await expect(openModel({ bundleDir: broken.folder, provider: "cpu" })).rejects.toThrow(
      `The model in ${broken.folder} does not run here: cpu is not used: its vectors are no finite numbers`,
    );
  } finally {
    broken.remove();
  }
});

test("a folder without a bundle is named", async () => {
  const folder = join(bundle.folder, "none");
  await expect(openModel({ bundleDir: folder })).rejects.toThrow(`${folder} is no model bundle`);
});

test("a model larger than the free memory is refused before it is loaded", async () => {
  const opening = openModel({ bundleDir: bundle.folder, freeMemoryBytes: 1000 });
  await expect(opening).rejects.toThrow(/needs about \d+ MB of memory and 1 MB are free/);
  await expect(openModel({ bundleDir: bundle.folder, freeMemoryBytes: 1000 })).rejects.toBeInstanceOf(
    ModelLoadError,
  );
});

test("a model that states more bytes than this machine has free is refused although its file is short", async () => {
  const file = join(bundle.folder, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as BundleConfig;
  const float32 = { ...config.variants.float32, sizeBytes: 1e14 };
  writeFileSync(file, JSON.stringify({ ...config, variants: { float32 } }));
  await expect(openModel({ bundleDir: bundle.folder })).rejects.toThrow(
    /needs about 250000000 MB of memory and \d+ MB are free; stop other programs or use a smaller variant/,
  );
});

test("a variant that the bundle lacks is named with those it offers", async () => {
  const opening = openModel({ bundleDir: bundle.folder, variant: "int8" });
  await expect(opening).rejects.toThrow("holds no int8 model; it offers float32.");
});

test("a provider that this machine lacks falls back to the CPU and says why", async () => {
  const encoder = await openModel({ bundleDir: bundle.folder, provider: "coreml" });
  expect(encoder.model.provider).toBe("cpu");
  expect(encoder.model.notes[0]).toMatch(
    /^coreml is not used: it is not installed beside ONNX Runtime, which has cpu/,
  );
  await encoder.close();
});

test("a thread that cannot load its model rejects with the same sentence and ends", async () => {
  await expect(ThreadedEncoder.open({ bundleDir: "/nowhere" })).rejects.toThrow(
    "/nowhere is no model bundle",
  );
});

test("an aborted call in the thread rejects with the reason and the thread goes on", async () => {
  const encoder = await ThreadedEncoder.open({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
  const cancellation = new AbortController();
  const aborted = encoder.embed(Array(5000).fill("attention is all you need"), {
    signal: cancellation.signal,
  });
  cancellation.abort(new Error("left"));
  await expect(aborted).rejects.toThrow("left");
  expect(encoder.pending).toBe(0);
  expect((await encoder.embed(["graphs"])).vectors).toHaveLength(1);
  await encoder.close();
});

test("errors keep their kind across the thread", async () => {
  const encoder = await ThreadedEncoder.open({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
  const refused = encoder.embed(["is ".repeat(100)], { truncate: "error" });
  await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
  await expect(refused).rejects.toMatchObject({ param: "input", status: 400 });
  await encoder.close();
  await expect(ThreadedEncoder.open({ bundleDir: "/nowhere" })).rejects.toBeInstanceOf(ModelLoadError);
});

test("a tokenizer that cannot be used is refused by name", async () => {
  const file = join(bundle.folder, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as BundleConfig;
  const text = "{}";
  writeFileSync(join(bundle.folder, config.tokenizer.file), text);
  const tokenizer = {
    ...config.tokenizer,
    sizeBytes: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  };
  writeFileSync(file, JSON.stringify({ ...config, tokenizer }));
  await expect(openModel({ bundleDir: bundle.folder })).rejects.toThrow(
    `The tokenizer in ${bundle.folder} cannot be used`,
  );
});

test("closing a threaded encoder ends its thread and later calls are refused", async () => {
  const encoder = await ThreadedEncoder.open({ bundleDir: bundle.folder, provider: "cpu", threads: 1 });
  const accepted = encoder.embed(["graphs"]);
  await encoder.close();
  expect((await accepted).vectors).toHaveLength(1);
  await expect(encoder.embed(["graphs"])).rejects.toThrow("shutting down");
});
