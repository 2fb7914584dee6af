import type { Database } from "@cool-papers/db";
import type { SearchEngine } from "@cool-papers/search";

/** Turns paper texts into unit vectors. packages/embed's encoder fits; tests pass a small one. */
export interface PaperEmbedder {
  /** Name under which vectors are stored; another model has another name. */
  readonly model: string;
  readonly dimension: number;
  /** One unit vector of `dimension` numbers for each text, in order. */
  embedDocuments(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
  /** Unit vector of a search query, with the prefix that the model wants for one. */
  embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array>;
  /** Scores of how much of a query each text says; left out where the model cannot tell. */
  readonly rerank?: (
    query: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ) => Promise<ArrayLike<number>>;
}

/** What every step works with. Whoever opened it closes it. */
export interface PipelineContext {
  readonly db: Database;
  readonly engine: SearchEngine;
  /** null when no embedding bundle is installed: keyword search only. */
  readonly embedder: PaperEmbedder | null;
  readonly dataDir: string;
  /** One sentence at a time, for people. */
  readonly log: (message: string) => void;
  readonly clock: () => Date;
}

/** What a step is given besides its options. */
export interface StepControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: import("./progress.ts").StepProgress) => void) | undefined;
}
