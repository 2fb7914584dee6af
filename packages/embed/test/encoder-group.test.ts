import { expect, test } from "vitest";
import { ClosedError, EncoderGroup, ModelLoadError } from "../src/index.ts";
import type { GroupMember } from "../src/inference/encoder-group.ts";
import { FAKE_MODEL, fakeAnswerer } from "./fake-answerer.ts";
import { makeRandomBundle } from "./random-bundle.ts";

function member(changes: Partial<GroupMember> = {}): GroupMember & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    model: FAKE_MODEL,
    pending: 0,
    failure: null,
    ended: new Promise(() => {}),
    embed: async () => {
      calls.push("embed");
      return { vectors: [], tokens: [] };
    },
    rerank: async () => {
      calls.push("rerank");
      return { scores: new Float32Array(0), tokens: 0 };
    },
    answer: fakeAnswerer().answer,
    close: async () => void calls.push("close"),
    ...changes,
    calls,
  };
}

test("a call goes to the device with the least waiting", async () => {
  const [busy, free] = [member({ pending: 5 }), member({ pending: 2 })];
  const group = new EncoderGroup([busy, free]);
  await group.embed(["a"]);
  await group.rerank("a", []);
  expect([busy.calls, free.calls]).toEqual([[], ["embed", "rerank"]]);
  expect(group.pending).toBe(7);
});

test("a device that failed gets no more calls while another lives, and the group tells of it", async () => {
  const failure = new ClosedError("gone");
  const [dead, alive] = [member({ failure, ended: Promise.resolve() }), member({ pending: 9 })];
  const group = new EncoderGroup([dead, alive]);
  await group.embed(["a"]);
  expect([dead.calls, alive.calls]).toEqual([[], ["embed"]]);
  expect(group.failure).toBe(failure);
  await group.ended;
});

test("devices that would give different vectors are refused", () => {
  const fallen = member({ model: { ...FAKE_MODEL, variant: "int8", notes: ["cuda is not used: gone."] } });
  expect(() => new EncoderGroup([member(), fallen])).toThrow(ModelLoadError);
  expect(() => new EncoderGroup([member(), fallen])).toThrow("number 2 of the list int8 on cpu");
});

test("closing closes every device", async () => {
  const members = [member(), member()] as const;
  await new EncoderGroup(members).close();
  expect(members.map(({ calls }) => calls)).toEqual([["close"], ["close"]]);
});

test("the same model opens on several devices at once, each in a thread of its own", async () => {
  const bundle = await makeRandomBundle();
  try {
    const options = { bundleDir: bundle.folder, provider: "cpu", threads: 1 } as const;
    const group = await EncoderGroup.open(options, [0, 1]);
    const calls = ["graphs", "graphs", "graphs"].map((text) => group.embed([text]));
    expect(group.pending).toBe(3);
    const [first, ...others] = await Promise.all(calls);
    for (const other of others) expect(other).toEqual(first);
    await group.close();
    await expect(group.embed(["late"])).rejects.toThrow("shutting down");
  } finally {
    bundle.remove();
  }
});
