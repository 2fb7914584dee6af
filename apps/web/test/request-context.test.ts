import { describe, expect, it } from "vitest";
import {
  insertMarkup,
  keepMarkup,
  type RequestContext,
  requestContext,
  runWithContext,
} from "../src/server/request-context.ts";

const contextWith = (nonce: string): RequestContext => ({
  locale: "en",
  theme: "auto",
  nonce,
  url: "/",
  siteUrl: "http://site.example",
  scriptPath: "/_site/x.js",
  markups: [],
  status: null,
});

describe("kept markup", () => {
  it("comes back where its element stands, dollars and all", () => {
    const context = contextWith("a/b+c==");
    const page = runWithContext(
      context,
      () => `<p data-markup="${keepMarkup("<b>$& $1</b>")}"></p><i data-markup="${keepMarkup("2")}"></i>`,
    );
    expect(insertMarkup(page, context).join("")).toBe("<p><b>$& $1</b></p><i>2</i>");
  });

  it("is out of reach for text that knows no nonce", () => {
    const context = contextWith("secret");
    runWithContext(context, () => keepMarkup("kept"));
    const page = '<p data-markup="guess-0"></p>';
    expect(insertMarkup(page, context)).toEqual([page]);
  });
});

describe("requestContext", () => {
  it("is each request's own, and outside of one says how to start the site", async () => {
    const seen = await Promise.all(
      ["one", "two"].map((nonce) =>
        runWithContext(contextWith(nonce), async () => {
          await Promise.resolve();
          return requestContext().nonce;
        }),
      ),
    );
    expect(seen).toEqual(["one", "two"]);
    expect(() => requestContext()).toThrow("npm start");
  });
});
