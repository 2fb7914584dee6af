import type { StoredPaper } from "@cool-papers/db";
import { LruCache } from "../view/lru-cache.ts";

export interface PaperShelfOptions {
  /** Number of the last write to the record: equal means that nothing has changed. */
  readonly latestChange: () => Promise<number>;
  /** Papers in the order asked, null where none is stored. */
  readonly load: (keys: readonly string[]) => Promise<readonly (StoredPaper | null)[]>;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** Most papers kept, and most characters of their abstracts: about 60 MB with real papers. */
const PAPERS_KEPT = 8000;
const CHARACTERS_KEPT = 16_000_000;
/** A paper that is removed leaves no number behind: nothing is kept longer than this. Milliseconds. */
const KEPT_MS = 60_000;

/**
 * Papers kept from one request to the next for as long as nothing is written to the record. Reading 500 rows costs
 * more than all else that the database does for a page, and a list is asked for again and again.
 *
 * Equal papers are one object while they are kept, so that `paper-card.ts` can keep what it made of them.
 */
export class PaperShelf {
  readonly #options: PaperShelfOptions;
  #papers = emptyShelf();
  #change = Number.NaN;
  #since = 0;

  constructor(options: PaperShelfOptions) {
    this.#options = options;
  }

  /** Papers in the order asked, null where none is stored. */
  async papers(keys: readonly string[]): Promise<readonly (StoredPaper | null)[]> {
    if (keys.length === 0) return [];
    const shelf = await this.#current();
    const found = new Map(keys.map((key) => [key, shelf.get(key) ?? null]));
    const missing = [...found].filter(([, paper]) => paper === null).map(([key]) => key);
    if (missing.length > 0) {
      const loaded = await this.#options.load(missing);
      missing.forEach((key, index) => {
        const paper = loaded[index] ?? null;
        found.set(key, paper);
        if (paper !== null) shelf.set(key, paper);
      });
    }
    return keys.map((key) => found.get(key) ?? null);
  }

  /** Papers that were read otherwise, each as the object that is kept; `read` runs after the shelf was checked. */
  async keep<Result extends { readonly papers: readonly StoredPaper[] }>(
    read: () => Promise<Result>,
  ): Promise<Result> {
    // Before reading: what is written meanwhile makes the kept papers newer than their number, never older.
    const shelf = await this.#current();
    const result = await read();
    const papers = result.papers.map((paper) => {
      const known = shelf.get(paper.key);
      if (known !== undefined) return known;
      shelf.set(paper.key, paper);
      return paper;
    });
    return { ...result, papers };
  }

  /** The papers of the record's present state; requests under way keep the map they began with. */
  async #current(): Promise<LruCache<string, StoredPaper>> {
    const change = await this.#options.latestChange();
    const now = this.#options.clock();
    if (change !== this.#change || now - this.#since > KEPT_MS) {
      this.#papers = emptyShelf();
      this.#change = change;
      this.#since = now;
    }
    return this.#papers;
  }
}

function emptyShelf(): LruCache<string, StoredPaper> {
  return new LruCache(PAPERS_KEPT, {
    size: ({ abstract }) => abstract.length,
    largest: CHARACTERS_KEPT,
  });
}
