import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { categorySet } from "../../../page/day-list.ts";
import { CONTENT_CODING } from "../../../server/content-coding.ts";
import type { DayTexts } from "../../../server/day-texts.ts";
import { theSite } from "../../../server/site.ts";
import { readDayUrl } from "../../../url/day-url.ts";
import { readArxivPath } from "../../../url/listed-path.ts";
import { LruCache } from "../../../view/lru-cache.ts";

export const dynamic = "force-dynamic";

const BODIES_KEPT = 12;

const compress = promisify(gzip);
const bodies = new LruCache<string, Uint8Array<ArrayBuffer>>(BODIES_KEPT);

/**
 * The folded texts of a whole day, for the filter of its list: `of` is the list's path, `date` and `sort` as in its
 * address. Titles, abstracts and authors are columns, which gzip better than papers do.
 */
export async function GET(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const path = searchParams.get("of") ?? "";
  const listed = path.startsWith("/arxiv/") ? readArxivPath(path.slice("/arxiv/".length)) : null;
  if (listed?.kind !== "categories") return problem(400, "`of` has to be the path of a category list.");
  const { state } = readDayUrl(listed.path, searchParams);
  if (state.date === null) return problem(400, "`date` has to be a day, like 2026-06-22.");
  const day = await theSite().dayTexts(categorySet(listed.expression), state.date, state.sort);
  const headers = { ETag: day.tag, "Cache-Control": "private, no-cache", Vary: "Accept-Encoding" };
  if (request.headers.get("if-none-match")?.includes(day.tag)) {
    return new Response(null, { status: 304, headers });
  }
  const json = { ...headers, "Content-Type": "application/json" };
  if (request.headers.get("x-accepts-gzip") !== "1") return new Response(bodyOf(day), { headers: json });
  let body = bodies.get(day.tag);
  if (body === undefined) {
    body = new Uint8Array(await compress(bodyOf(day)));
    bodies.set(day.tag, body);
  }
  return new Response(body, { headers: { ...json, [CONTENT_CODING]: "gzip" } });
}

function bodyOf({ keys, texts }: DayTexts): string {
  return JSON.stringify({
    keys,
    title: texts.map(({ title }) => title),
    author: texts.map(({ author }) => author),
    abstract: texts.map(({ abstract }) => abstract),
  });
}

function problem(status: number, detail: string): Response {
  return Response.json(
    { status, detail },
    { status, headers: { "Content-Type": "application/problem+json" } },
  );
}
