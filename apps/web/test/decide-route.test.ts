import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideRoute } from "../src/server/decide-route.ts";

describe("decideRoute", () => {
  it.each([
    ["/arxiv/2104.09864/", 308, "/arxiv/2104.09864"],
    ["/arxiv/math.GT%2F0309136", 308, "/arxiv/math/0309136"],
    ["/arxiv/2104.09864V2?x=1", 308, "/arxiv/2104.09864v2?x=1"],
    ["/arxiv/cs.IT+cs.LG", 308, "/arxiv/cs.IT,cs.LG"],
    ["/arxiv/https://arxiv.org/abs/2104.09864", 308, "/arxiv/https:/arxiv.org/abs/2104.09864"],
    ["/venue/NGB6YNnO5o@openreview", 308, "/venue/NGB6YNnO5o@OpenReview"],
    ["/arxiv/math.GT/0309136/cite?format=ris", 308, "/arxiv/math/0309136/cite?format=ris"],
    ["/search?q=2104.09864", 307, "/arxiv/2104.09864"],
    ["/search?q=hep-th%2F9901001+2104.09864", 307, "/arxiv/hep-th/9901001,2104.09864"],
    ["/arxiv/search?query=arXiv:2104.09864v3", 307, "/arxiv/2104.09864v3"],
    ["/arxiv", 307, "/"],
  ])("sends %s with %i to %s", (url, status, location) => {
    expect(decideRoute(url)).toEqual({ kind: "redirect", status, location });
  });

  it.each([
    "/",
    "/arxiv/2104.09864",
    "/arxiv/2104.09864%2C1706.03762",
    "/arxiv/cs.CL",
    "/arxiv/cs.AI,cs.LG-cs.CY",
    "/venue/ICLR.2025",
    "/venue/NGB6YNnO5o%40OpenReview",
    "/venue",
    "/search?q=attention+2104.09864",
    "/search",
    "/somewhere/else",
  ])("leaves %s to the pages", (url) => {
    expect(decideRoute(url)).toEqual({ kind: "render", url });
  });

  it("leads a citation to its handler with the ids of the path", () => {
    expect(decideRoute("/arxiv/2104.09864/cite?format=ris")).toEqual({
      kind: "render",
      url: "/cite?format=ris&of=arxiv%2F2104.09864",
    });
  });

  it.each([
    ["/%E0%A4%A", 400, "bad-escape"],
    ["/search?q=%zz", 400, "bad-escape"],
    ["/search?q=%00", 400, "bad-character"],
    [`/search?q=${"a".repeat(48_001)}`, 414, "too-long"],
    ["/arxiv/2104.0986", 404, "not-an-id"],
    ["/venue/@", 404, "not-a-venue"],
    [`/arxiv/${Array.from({ length: 501 }, (_, n) => `2104.${10000 + n}`).join(",")}`, 400, "too-many-ids"],
  ])("refuses %s", (url, status, code) => {
    expect(decideRoute(url)).toMatchObject({ kind: "problem", status, code });
  });

  it("keeps a list with a typing error as it was typed", () => {
    expect(decideRoute("/arxiv/2104.09864,210x.1").kind).toBe("render");
  });

  it("never throws, never redirects off the site, and a redirect's target does not redirect for good again", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "arxiv",
        "venue",
        "search",
        "cite",
        "..",
        "",
        "2104.09864",
        "cs.NA",
        "a@ACL",
        "//x",
        "\\",
        "%2F",
        "%",
        "?q=",
        "&",
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const url = `/${pieces.join("/")}`;
        const decision = decideRoute(url);
        if (decision.kind !== "redirect") return;
        expect(decision.location).toMatch(/^\/(?![/\\])/);
        const next = decideRoute(decision.location);
        expect(next.kind === "redirect" && next.status === 308 && next.location === decision.location).toBe(
          false,
        );
      }),
      { numRuns: 2000 },
    );
  });
});
