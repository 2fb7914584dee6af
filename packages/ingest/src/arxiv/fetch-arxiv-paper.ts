import { isSamePaperId, type Paper, type PaperId } from "@cool-papers/core";
import { fetchPolitely, type SourceAccess } from "../fetch-politely.ts";
import { parseAtomFeed } from "./atom-feed.ts";

/** Where the Query API lives. Pass another base in tests and for a mirror. */
export const ARXIV_QUERY_API = "https://export.arxiv.org/api/query";
/** Hosts that a question to arXiv may reach. */
export const ARXIV_HOSTS: readonly string[] = ["export.arxiv.org", "arxiv.org"];
/** arXiv's terms: one request per three seconds, over all channels and machines. */
export const ARXIV_INTERVAL_MS = 3_000;

export interface FetchArxivOptions {
  readonly baseUrl?: string;
  readonly signal?: AbortSignal;
  /** For one answer; arXiv is slow at times. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
/** The entry of 3,303 authors has 300 kB; parsing more than this would hold the process up. */
const MAX_BYTES = 1_000_000;
const MAX_PAUSE_MS = 10_000;

/**
 * The latest version of one arXiv paper from the Query API (https://info.arxiv.org/help/api/user-manual.html), or null
 * when arXiv has none of that id. For single ids only: the API answers 429 to lists.
 * Throws SourceUnavailableError (retriable), SourceAnswerError, HostNotAllowedError.
 */
export async function fetchArxivPaper(
  access: SourceAccess,
  id: PaperId,
  options: FetchArxivOptions = {},
): Promise<Paper | null> {
  const url = new URL(options.baseUrl ?? ARXIV_QUERY_API);
  url.searchParams.set("id_list", id.local);
  url.searchParams.set("max_results", "1");
  const xml = await fetchPolitely(access, {
    url,
    accept: "application/atom+xml",
    // A malformed id is answered with 400 and a feed that says so.
    answerStatuses: [400],
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    retries: 1,
    maxPauseMs: MAX_PAUSE_MS,
    signal: options.signal,
  });
  return parseAtomFeed(xml).find((paper) => isSamePaperId(paper.id, id)) ?? null;
}
