import { describe, expect, it } from "vitest";
import { stripClientRuntime } from "../src/server/strip-client-runtime.ts";

describe("stripClientRuntime", () => {
  it("takes out Next's scripts, payload and preloads, and nothing else", () => {
    const page =
      '<head><link rel="preload" as="script" fetchPriority="low" href="/_next/a.js"/><link rel="stylesheet" href="/_next/a.css"/>' +
      '<script src="/_next/b.js" async=""></script><script type="module" src="/_site/reader-x.js" nonce="n"></script></head>' +
      '<body><script type="application/ld+json">{"a":"\\u003cscript"}</script><p>&lt;script&gt;</p>' +
      '<script>self.__next_f.push([1,"text < text"])</script><script id="_R_">x</script></body>';
    expect(stripClientRuntime(page)).toBe(
      '<head><link rel="stylesheet" href="/_next/a.css"/><script type="module" src="/_site/reader-x.js" nonce="n"></script></head>' +
        '<body><script type="application/ld+json">{"a":"\\u003cscript"}</script><p>&lt;script&gt;</p></body>',
    );
  });

  it("refuses a page that would need a script to be complete", () => {
    expect(() => stripClientRuntime('<template id="B:0"></template>')).toThrow("Suspense");
  });
});
