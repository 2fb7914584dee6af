import { afterEach, expect, test } from "vitest";
import type { EncoderModel } from "../src/encoder.ts";
import { ClosedError, InvalidInputError, OverloadedError } from "../src/errors.ts";
import { type BatchRunner, LocalEncoder, type LocalEncoderParts } from "../src/inference/local-encoder.ts";
import { TOKENIZER } from "./random-bundle.ts";

const model: EncoderModel = {
  id: "test",
  dimension: 2,
  dimensions: [2, 1],
  maxTokens: 10,
  vocabSize: TOKENIZER.vocabSize,
  reranks: false,
  variant: "float32",
  provider: "cpu",
  notes: [],
};

/** A network whose vector tells what it was given: (number of tokens, id of the second token). */
class TellingRunner implements BatchRunner {
  readonly batches: Int32Array[][] = [];
  released = 0;
  hold: Promise<void> = Promise.resolve();
  error: Error | null = null;

  async run(texts: readonly Int32Array[]): Promise<Float32Array[]> {
    this.batches.push([...texts]);
    await this.hold;
    if (this.error) throw this.error;
    return texts.map((ids) => Float32Array.of(ids.length, ids[1]!));
  }

  async release(): Promise<void> {
    this.released += 1;
  }
}

const open: LocalEncoder[] = [];
afterEach(async () => {
  for (const encoder of open.splice(0)) await encoder.close();
});

function encoderWith(runner: BatchRunner, parts: Partial<LocalEncoderParts> = {}): LocalEncoder {
  const encoder = new LocalEncoder({
    model,
    tokenizer: TOKENIZER,
    prefixes: { query: "query: ", document: "document: " },
    runner,
    limits: { maxTokens: 100, maxTexts: 4 },
    maxPending: 6,
    ...parts,
  });
  open.push(encoder);
  return encoder;
}

const secondId = (vector: Float32Array, tokens: number) => Math.round((vector[1]! / vector[0]!) * tokens);

test("vectors come back in the order of the inputs although batches are sorted by length", async () => {
  const encoder = encoderWith(new TellingRunner());
  const inputs = ["attention is all you need", "graphs", "deep learning of graphs", "is", "all you"];
  const { vectors, tokens } = await encoder.embed(inputs);
  expect(tokens).toEqual([7, 3, 6, 3, 4]);
  const firstWords = vectors.map((vector, index) => TOKENIZER.vocabulary[secondId(vector, tokens[index]!)]);
  expect(firstWords).toEqual(["attention", "graphs", "deep", "is", "all"]);
});

test("calls of several callers that arrive together share one batch", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner);
  await Promise.all(["is", "all", "you"].map((text) => encoder.embed([text])));
  expect(runner.batches.map((batch) => batch.length)).toEqual([3]);
});

test("every vector has length 1, after cutting too", async () => {
  const encoder = encoderWith(new TellingRunner());
  for (const dimensions of [2, 1]) {
    const { vectors } = await encoder.embed(["deep learning"], { dimensions });
    expect(vectors[0]).toHaveLength(dimensions);
    expect(Math.hypot(...vectors[0]!)).toBeCloseTo(1, 6);
  }
});

test("a length that the model does not offer is named with those it does", async () => {
  const encoder = encoderWith(new TellingRunner());
  await expect(encoder.embed(["is"], { dimensions: 3 })).rejects.toThrow(
    "dimensions is 3; this model offers 2, 1.",
  );
});

test("the prefix of the input type is read by the model, and none by default", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner);
  await encoder.embed(["is"], { inputType: "query" });
  await encoder.embed(["is"]);
  const texts = runner.batches.map((batch) => TOKENIZER.decode(batch[0]!));
  expect(texts).toEqual(["query : is", "is"]);
});

test("a long text is cut to the model's length and still ends with [SEP], or is refused on request", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner);
  const long = "is ".repeat(50);
  const { tokens } = await encoder.embed([long]);
  expect(tokens).toEqual([10]);
  expect(runner.batches[0]![0]!.at(-1)).toBe(TOKENIZER.special.sep);
  await expect(encoder.embed(["is", long], { truncate: "error" })).rejects.toThrow(
    /^input\[1\] is longer than the model's 10 tokens/,
  );
  await expect(encoder.embed([long], { truncate: "error" })).rejects.toBeInstanceOf(InvalidInputError);
});

test("a text of exactly the model's length is not cut", async () => {
  const encoder = encoderWith(new TellingRunner());
  const { tokens } = await encoder.embed(["is ".repeat(8)], { truncate: "error" });
  expect(tokens).toEqual([10]);
});

test("token ids give the same vector as the text they came from", async () => {
  const encoder = encoderWith(new TellingRunner());
  const ids = TOKENIZER.encode("deep learning", { addSpecialTokens: false }).ids;
  const [fromIds, fromText] = (await encoder.embed([ids, "deep learning"])).vectors;
  expect(fromIds).toEqual(fromText);
});

test("a small call that comes while a large one waits is served after the next batch, and both finish in order", async () => {
  const runner = new TellingRunner();
  let release = () => {};
  runner.hold = new Promise((done) => {
    release = done;
  });
  const encoder = encoderWith(runner, { maxPending: 1000 });
  const large = encoder.embed(Array.from({ length: 40 }, () => "is"));
  await expect.poll(() => runner.batches.length).toBe(1);
  const small = encoder.embed(["graphs"]);
  release();
  await small;
  expect(runner.batches.length).toBeLessThanOrEqual(3);
  expect((await large).vectors).toHaveLength(40);
});

test("a small call that comes while a large one is tokenised is served before it", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner, { maxPending: 1000 });
  const large = encoder.embed(Array.from({ length: 40 }, () => "is ".repeat(10_000)));
  expect(encoder.pending).toBe(40);
  const small = await encoder.embed(["graphs"]);
  expect(small.tokens).toEqual([3]);
  expect(runner.batches.flat()).toHaveLength(1);
  expect((await large).vectors).toHaveLength(40);
});

test("a call that is aborted while it is tokenised is never run; one that was accepted is finished by close", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner, { maxPending: 1000 });
  const texts = Array.from({ length: 40 }, () => "is ".repeat(10_000));
  const cancellation = new AbortController();
  const aborted = encoder.embed(texts, { signal: cancellation.signal });
  cancellation.abort(new Error("left"));
  await expect(aborted).rejects.toThrow("left");
  expect(encoder.pending).toBe(0);
  expect(runner.batches).toEqual([]);
  const accepted = encoder.embed(texts);
  await encoder.close();
  expect((await accepted).vectors).toHaveLength(40);
  expect(runner.released).toBe(1);
});

test("small calls that never stop coming do not hold up a large one", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner, { maxPending: 1000 });
  let isDone = false;
  const large = encoder.embed(Array.from({ length: 40 }, () => "is")).then(() => {
    isDone = true;
  });
  let small = 0;
  const flood = async () => {
    while (!isDone && small < 10_000) {
      small += 1;
      await encoder.embed(["graphs"]);
    }
  };
  await Promise.all([large, ...Array.from({ length: 8 }, flood)]);
  expect(small).toBeLessThan(400);
});

test("an aborted call rejects with the signal's reason and its waiting texts are never run", async () => {
  const runner = new TellingRunner();
  let release = () => {};
  runner.hold = new Promise((done) => {
    release = done;
  });
  const encoder = encoderWith(runner, { limits: { maxTokens: 100, maxTexts: 1 } });
  const running = encoder.embed(["is"]);
  const cancellation = new AbortController();
  const waiting = encoder.embed(["all", "you"], { signal: cancellation.signal });
  const reason = new Error("the client left");
  cancellation.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  release();
  await running;
  expect(encoder.pending).toBe(0);
  expect(runner.batches).toHaveLength(1);
});

test("more than the queue takes is refused at once, but an idle encoder takes a call of any size", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner);
  const large = encoder.embed(Array.from({ length: 20 }, () => "is"));
  await expect(encoder.embed(["is"])).rejects.toBeInstanceOf(OverloadedError);
  expect((await large).vectors).toHaveLength(20);
});

test("a failing run rejects its callers and the encoder goes on", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner);
  runner.error = new Error("out of memory");
  await expect(encoder.embed(["is"])).rejects.toThrow("out of memory");
  runner.error = null;
  expect((await encoder.embed(["is"])).vectors).toHaveLength(1);
});

test("closing finishes what was accepted, refuses what comes later, and frees the model once", async () => {
  const runner = new TellingRunner();
  const encoder = encoderWith(runner);
  const accepted = encoder.embed(["is"]);
  const closing = encoder.close();
  await expect(encoder.embed(["all"])).rejects.toBeInstanceOf(ClosedError);
  expect((await accepted).vectors).toHaveLength(1);
  await closing;
  await encoder.close();
  expect(runner.released).toBe(1);
});

test("a call of 150,000 texts, more than a function takes as arguments, is served", async () => {
  const encoder = encoderWith(new TellingRunner(), { limits: { maxTokens: 1e9, maxTexts: 100_000 } });
  const { vectors } = await encoder.embed(new Array(150_000).fill("is"));
  expect(vectors).toHaveLength(150_000);
});

test("no inputs give no vectors", async () => {
  expect(await encoderWith(new TellingRunner()).embed([])).toEqual({ vectors: [], tokens: [] });
});
