import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LruCache } from "../view/lru-cache.ts";
import { CONTENT_CODING } from "./content-coding.ts";

const gzipLater = promisify(gzip);

/** Addresses whose last change is remembered. */
const REMEMBERED = 5000;

interface Seen {
  readonly digest: string;
  /** Whole seconds since 1970. */
  readonly since: number;
}

/**
 * When each document first had its present content. Kept in memory: after a restart a document counts as new, and
 * whoever asks by its digest still learns that nothing changed.
 */
export class ChangeMemory {
  readonly #seen = new LruCache<string, Seen>(REMEMBERED);
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Seconds since 1970 from which on the address has had this content. */
  sinceOf(address: string, digest: string): number {
    const key = createHash("sha256").update(address).digest("base64");
    const known = this.#seen.get(key);
    if (known?.digest === digest) return known.since;
    const since = Math.floor(this.#clock() / 1000);
    this.#seen.set(key, { digest, since });
    return since;
  }
}

export interface ConditionalDocument {
  /** What the document is, without what does not change it. */
  readonly address: string;
  readonly body: string;
  readonly contentType: string;
  readonly maxAgeSeconds: number;
  readonly acceptsGzip: boolean;
}

/**
 * The document, or 304 when the client has it: by its entity tag (If-None-Match), else by its date (If-Modified-Since), as
 * RFC 9110 has it. The tag is weak: the same text, compressed or not.
 */
export async function answerConditionally(
  request: Request,
  document: ConditionalDocument,
  memory: ChangeMemory,
): Promise<Response> {
  const digest = createHash("sha256").update(document.body).digest("base64url").slice(0, 22);
  const since = memory.sinceOf(document.address, digest);
  const headers: Record<string, string> = {
    ETag: `W/"${digest}"`,
    "Last-Modified": new Date(since * 1000).toUTCString(),
    "Cache-Control": `public, max-age=${document.maxAgeSeconds}`,
    Vary: "Accept-Encoding",
    "X-Robots-Tag": "noindex",
  };
  if (isKnown(request.headers, digest, since)) return new Response(null, { status: 304, headers });
  headers["Content-Type"] = document.contentType;
  if (!document.acceptsGzip) return new Response(document.body, { headers });
  headers[CONTENT_CODING] = "gzip";
  return new Response(new Uint8Array(await gzipLater(document.body)), { headers });
}

function isKnown(headers: Headers, digest: string, since: number): boolean {
  const tags = headers.get("if-none-match");
  if (tags !== null)
    return tags.split(",").some((tag) => ["*", `"${digest}"`].includes(tag.trim().replace(/^W\//, "")));
  const date = Date.parse(headers.get("if-modified-since") ?? "");
  return !Number.isNaN(date) && since * 1000 <= date;
}
