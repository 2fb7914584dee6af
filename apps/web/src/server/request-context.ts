import { AsyncLocalStorage } from "node:async_hooks";
import type { Locale } from "../i18n/locale.ts";

export type Theme = "auto" | "light" | "dark";

/** What the server settles about a request before a page renders, and what the page may say about its answer. */
export interface RequestContext {
  readonly locale: Locale;
  readonly theme: Theme;
  /** For the `nonce` of script elements; in the Content-Security-Policy of this answer. */
  readonly nonce: string;
  /** Path and query as asked for, percent-encoded. */
  readonly url: string;
  /** Public address of the site without a slash at its end. */
  readonly siteUrl: string;
  readonly scriptPath: string;
  /** Finished markup of the page, by number: see `insertMarkup`. */
  readonly markups: string[];
  /** Set by a page whose answer is no 200: a paper that is not stored, a date that is none. */
  status: number | null;
}

// The server runs these sources as they are, the pages run Next's bundle of them: the storage has to be one for both.
const SHARED = Symbol.for("cool-papers.request-context");
const shelf = globalThis as Record<symbol, unknown>;
shelf[SHARED] = shelf[SHARED] ?? new AsyncLocalStorage<RequestContext>();
const storage = shelf[SHARED] as AsyncLocalStorage<RequestContext>;

export function runWithContext<Result>(context: RequestContext, run: () => Result): Result {
  return storage.run(context, run);
}

/** The context of the request being answered. Throws outside of one: pages are rendered by `start-site.ts` only. */
export function requestContext(): RequestContext {
  const context = storage.getStore();
  if (context === undefined) {
    throw new Error(
      "No request context: start the site with `npm start` or `npm run dev`, not with `next` itself.",
    );
  }
  return context;
}

/** Gives the page being rendered another status than 200. */
export function setStatus(status: number): void {
  requestContext().status = status;
}

/**
 * Keeps finished markup aside and gives the value of the `data-markup` attribute of the empty element that it goes
 * into. Lists of 500 abstracts then pass React and Next as one attribute, not as megabytes that each copies twice.
 */
export function keepMarkup(markup: string): string {
  const { markups, nonce } = requestContext();
  return `${nonce}-${markups.push(markup) - 1}`;
}

/**
 * Puts the kept markup where its elements stand: the page in pieces, in order. The nonce keeps any other text from naming
 * a place. Pieces, because joining two megabytes of text costs more than writing them one after the other.
 */
export function insertMarkup(page: string, { markups, nonce }: RequestContext): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const match of page.matchAll(/ data-markup="([^"]+)-(\d+)">/g)) {
    if (match[1] !== nonce) continue;
    pieces.push(`${page.slice(from, match.index)}>`, markups[Number(match[2])] ?? "");
    from = match.index + match[0].length;
  }
  return [...pieces, page.slice(from)];
}
