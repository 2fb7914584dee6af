import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { StoredPaper } from "@cool-papers/db";
import { describe, expect, it } from "vitest";
import { choosePageEncoding, compressPage } from "../src/server/page-encoding.ts";
import { matchesTag, pageTag } from "../src/server/page-tag.ts";
import { PaperShelf } from "../src/server/paper-shelf.ts";

describe("choosePageEncoding", () => {
  it.each([
    ["gzip, deflate, br, zstd", "zstd"],
    ["gzip, deflate, br", "br"],
    ["gzip;q=0.5", "gzip"],
    ["zstd;q=0, br;q=0.0, gzip", "gzip"],
    ["GZIP", "gzip"],
    ["identity", null],
    ["deflate, x-gzip", null],
    ["", null],
  ])("answers %s with %s", (header, encoding) => {
    expect(choosePageEncoding(header)).toBe(encoding);
  });

  it("compresses what decompresses to the same page, small and large", async () => {
    for (const page of [Buffer.from("<p>漢字</p>"), Buffer.from("<p>word</p>".repeat(80_000))]) {
      expect(zstdDecompressSync(await compressPage(page, "zstd")).equals(page)).toBe(true);
      expect(brotliDecompressSync(await compressPage(page, "br")).equals(page)).toBe(true);
      expect(gunzipSync(await compressPage(page, "gzip")).equals(page)).toBe(true);
    }
  });
});

describe("pageTag", () => {
  const pieces = (...texts: string[]) => texts.map((text) => Buffer.from(text));

  it("is the same for the same page under another nonce, and another for another page", () => {
    const tag = pageTag(pieces('<script nonce="aa+"></script>', "<p>1</p>aa+"), "aa+");
    expect(pageTag(pieces('<script nonce="bb+"></script>', "<p>1</p>bb+"), "bb+")).toBe(tag);
    expect(pageTag(pieces('<script nonce="aa+"></script>', "<p>2</p>aa+"), "aa+")).not.toBe(tag);
    expect(tag).toMatch(/^W\/"[\w-]+"$/);
  });

  it("is recognised among others, weak or strong", () => {
    expect(matchesTag('"x", W/"tag"', 'W/"tag"')).toBe(true);
    expect(matchesTag('"tag"', 'W/"tag"')).toBe(true);
    expect(matchesTag('W/"other"', 'W/"tag"')).toBe(false);
    expect(matchesTag(undefined, 'W/"tag"')).toBe(false);
  });
});

describe("PaperShelf", () => {
  const paperOf = (key: string) => ({ key, abstract: `${key}'s` }) as StoredPaper;

  function shelfWith() {
    const state = { change: 1, now: 0, loads: [] as (readonly string[])[] };
    const shelf = new PaperShelf({
      latestChange: async () => state.change,
      load: async (keys) => {
        state.loads.push(keys);
        return keys.map((key) => (key.startsWith("no") ? null : paperOf(key)));
      },
      clock: () => state.now,
    });
    return { state, shelf };
  }

  it("reads a paper once, hands out the same object, and asks again for one that was not there", async () => {
    const { state, shelf } = shelfWith();
    const first = await shelf.papers(["a", "none", "a"]);
    expect(first.map((paper) => paper?.key ?? null)).toEqual(["a", null, "a"]);
    const [again] = await shelf.papers(["a", "b", "none"]);
    expect(again).toBe(first[0]);
    expect(state.loads).toEqual([
      ["a", "none"],
      ["b", "none"],
    ]);
  });

  it("reads anew after a write to the record, and after a minute", async () => {
    const { state, shelf } = shelfWith();
    await shelf.papers(["a"]);
    state.change = 2;
    await shelf.papers(["a"]);
    state.now = 61_000;
    await shelf.papers(["a"]);
    expect(state.loads).toEqual([["a"], ["a"], ["a"]]);
  });

  it("gives papers that were read otherwise as the objects it holds", async () => {
    const { state, shelf } = shelfWith();
    const [held] = await shelf.papers(["a"]);
    const day = await shelf.keep(async () => ({ total: 2, papers: [paperOf("a"), paperOf("b")] }));
    expect(day.papers[0]).toBe(held);
    expect((await shelf.papers(["b"]))[0]).toBe(day.papers[1]);
    expect(state.loads).toEqual([["a"]]);
  });
});
