import type { SearchDocument, SearchEngine } from "@cool-papers/search";

/** What the pipeline needs of an index, in memory: it keeps documents and cannot search. */
export interface MemoryEngine extends SearchEngine {
  readonly documents: Map<string, SearchDocument>;
  readonly calls: string[];
  /** As if what is stored could not be read; a rebuild ends it. */
  problem: string | null;
}

export function createMemoryEngine(): MemoryEngine {
  let documents = new Map<string, SearchDocument>();
  const calls: string[] = [];
  let problem: string | null = null;
  const unused = () => Promise.reject(new Error("the memory engine does not search"));
  return {
    get documents() {
      return documents;
    },
    calls,
    get problem() {
      return problem;
    },
    set problem(reason) {
      problem = reason;
    },
    upsert: async (batch) => {
      calls.push("upsert");
      for (const document of batch) documents.set(document.key, document);
    },
    remove: async (keys) => {
      for (const key of keys) documents.delete(key);
    },
    rebuild: async (source, onProgress) => {
      calls.push("rebuild");
      const next = new Map<string, SearchDocument>();
      for await (const batch of source) {
        for (const document of batch) next.set(document.key, document);
        onProgress?.(next.size);
      }
      documents = next;
      problem = null;
    },
    optimize: async () => void calls.push("optimize"),
    stats: async () => {
      const withVector = [...documents.values()].filter((document) => document.vector !== undefined);
      const vectorDimension = withVector[0]?.vector?.length ?? null;
      return {
        documents: documents.size,
        vectors: withVector.length,
        vectorDimension,
        builtAt: null,
        problem,
      };
    },
    search: unused,
    similar: unused,
    suggest: unused,
    close: async () => {},
  };
}
