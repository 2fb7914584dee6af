import type { PipelineContext } from "@cool-papers/pipeline";
import type { SearchEngine, SearchRequest, SearchResponse } from "@cool-papers/search";
import { describe, expect, it } from "vitest";
import { createSite } from "../src/server/create-site.ts";
import { readSearchUrl } from "../src/url/search-url.ts";

const NOTHING: SearchResponse = {
  hits: [],
  total: 0,
  facets: null,
  mode: "keyword",
  degraded: null,
  correctedText: null,
  closeInMeaning: 0,
  matchedWords: { needed: 0, words: 0 },
};
const stateOf = (query: string) => readSearchUrl("all", new URLSearchParams(query)).state;

/** A context whose engine remembers what it was asked, with the parts that a test gives. */
function contextWith(parts: Partial<PipelineContext>): {
  context: PipelineContext;
  asked: SearchRequest[];
  logged: string[];
} {
  const asked: SearchRequest[] = [];
  const logged: string[] = [];
  const engine = {
    search: async (request: SearchRequest) => {
      asked.push(request);
      return NOTHING;
    },
    stats: async () => ({ documents: 0, vectors: 0, vectorDimension: null, builtAt: null }),
  } as unknown as SearchEngine;
  const db = { query: async () => [] } as unknown as PipelineContext["db"];
  const context: PipelineContext = {
    db,
    engine,
    embedder: null,
    dataDir: "",
    log: (message) => logged.push(message),
    clock: () => new Date(0),
    ...parts,
  };
  return { context, asked, logged };
}

const handlers = {
  admin: async () => new Response(),
  embeddings: async () => new Response(),
  operator: { contactEmail: null, embeddingHost: null },
};

describe("createSite", () => {
  it("embeds the words of a query once, without operators, and not for keyword searches", async () => {
    const texts: string[] = [];
    const embedder = {
      model: "test",
      dimension: 2,
      embedDocuments: async () => {
        throw new Error("a query is no document");
      },
      embedQuery: async (text: string) => {
        texts.push(text);
        return new Float32Array([1, 0]);
      },
    };
    const { context, asked } = contextWith({ embedder });
    const site = createSite(context, handlers);
    await site.search(stateOf("q=rotary+embedding+year:2021+author:Su"));
    await site.search(stateOf("q=rotary+embedding+year:2021+author:Su&skip=25"));
    await site.search(stateOf("q=rotary&mode=keyword"));
    expect(texts).toEqual(["rotary embedding"]);
    expect(asked.map(({ queryVector }) => queryVector !== undefined)).toEqual([true, true, false]);
  });

  it("searches by keywords when the model fails, and notes why", async () => {
    const embedder = {
      model: "test",
      dimension: 2,
      embedDocuments: async () => [],
      embedQuery: async () => {
        throw new Error("model gone");
      },
    };
    const { context, asked, logged } = contextWith({ embedder });
    const page = await createSite(context, handlers).search(stateOf("q=rotary"));
    expect(page.response).toBe(NOTHING);
    expect(asked[0]?.queryVector).toBeUndefined();
    expect(logged.join()).toContain("model gone");
  });

  it("lets the model compare the first hits with the words, not to count, and does without when it fails", async () => {
    const compared: [string, readonly string[]][] = [];
    let works = true;
    const embedder = {
      model: "test",
      dimension: 2,
      embedDocuments: async () => [],
      embedQuery: async () => new Float32Array([1, 0]),
      rerank: async (query: string, texts: readonly string[]) => {
        compared.push([query, texts]);
        if (!works) throw new Error("model gone");
        return [0.5];
      },
    };
    const { context, asked, logged } = contextWith({ embedder });
    const site = createSite(context, handlers);
    await site.search(stateOf("q=rotary+embedding+year:2021"));
    expect(await asked[0]?.rerank?.(["a paper"])).toEqual([0.5]);
    expect(compared).toEqual([["rotary embedding", ["a paper"]]]);
    works = false;
    expect(await asked[0]?.rerank?.(["a paper"])).toBeNull();
    expect(logged.join()).toContain("could not be compared with the query: model gone");
    await site.countMatches(stateOf("q=rotary"));
    expect(asked[1]).toMatchObject({ mode: "hybrid" });
    expect(asked[1]?.rerank).toBeUndefined();
  });

  it("searches by keywords while the index holds the vectors of another model", async () => {
    const embedder = {
      model: "new",
      dimension: 2,
      embedDocuments: async () => [],
      embedQuery: async () => new Float32Array([1, 0]),
    };
    let held = "old";
    const db = {
      query: async () => [{ value: { changeSeq: 1, documents: 1, model: held, embedded: 1 } }],
    } as unknown as PipelineContext["db"];
    const { context, asked } = contextWith({ embedder, db });
    const site = createSite(context, handlers);
    await site.search(stateOf("q=rotary"));
    held = "new";
    await site.search(stateOf("q=rotary"));
    expect(asked.map(({ queryVector }) => queryVector !== undefined)).toEqual([false, true]);
  });

  it("passes the choices of the page as filters, the scope of the address before the source", async () => {
    const { context, asked } = contextWith({});
    const { state } = readSearchUrl(
      "venue",
      new URLSearchParams("query=x&cat=cs.CL&year=2020..&source=arxiv"),
    );
    await createSite(context, handlers).search(state);
    expect(asked[0]?.filters).toMatchObject({
      categories: ["cs.CL"],
      yearFrom: 2020,
      yearTo: null,
      sources: ["venue"],
    });
  });

  it("is ready when record and index answer, and says which does not", async () => {
    expect(await createSite(contextWith({}).context, handlers).readiness()).toEqual({ isReady: true });
    const db = { query: async () => Promise.reject(new Error("gone")) } as unknown as PipelineContext["db"];
    expect(await createSite(contextWith({ db }).context, handlers).readiness()).toEqual({
      isReady: false,
      reason: "the database does not answer: gone",
    });
    const engine = { stats: async () => Promise.reject(new Error("no index")) } as unknown as SearchEngine;
    expect(await createSite(contextWith({ engine }).context, handlers).readiness()).toEqual({
      isReady: false,
      reason: "the search index does not answer: no index",
    });
  });
});
