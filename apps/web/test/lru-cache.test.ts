import { describe, expect, it } from "vitest";
import { LruCache } from "../src/view/lru-cache.ts";

describe("LruCache", () => {
  it("forgets what was used longest ago when it has more than its capacity", () => {
    const cache = new LruCache<string, number>(2);
    cache.set("a", 1);
    cache.set("b", 2);
    cache.get("a");
    cache.set("c", 3);
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
  });

  it("forgets until all values together are no larger than allowed, one that is too large itself included", () => {
    const cache = new LruCache<string, string>(100, { size: (text) => text.length, largest: 10 });
    cache.set("a", "aaaa");
    cache.set("b", "bbbb");
    cache.set("c", "cccc");
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([undefined, "bbbb", "cccc"]);
    cache.set("d", "d".repeat(11));
    expect([cache.get("b"), cache.get("c"), cache.get("d")]).toEqual([undefined, undefined, undefined]);
  });

  it("counts a value that is replaced or deleted no more", () => {
    const cache = new LruCache<string, string>(100, { size: (text) => text.length, largest: 10 });
    cache.set("a", "aaaaaaaa");
    cache.set("a", "a");
    cache.set("b", "bbbbbbbb");
    expect(cache.get("a")).toBe("a");
    cache.delete("b");
    cache.set("c", "cccccccc");
    expect([cache.get("a"), cache.get("c")]).toEqual(["a", "cccccccc"]);
  });
});
