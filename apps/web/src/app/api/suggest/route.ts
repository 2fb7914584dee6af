import { paperPath, parsePaperKey } from "@cool-papers/core";
import { theSite } from "../../../server/site.ts";
import { searchFor } from "../../../url/search-url.ts";

export const dynamic = "force-dynamic";

const MAX_PREFIX_LENGTH = 100;
const SUGGESTIONS = 8;

/** One line of the list under the search box. */
interface SuggestedLink {
  readonly kind: "title" | "author" | "category" | "venue";
  readonly text: string;
  readonly url: string;
}

/** Suggestions while typing (S9): titles, authors, categories, venues, each with where it leads. */
export async function GET(request: Request): Promise<Response> {
  const prefix = (new URL(request.url).searchParams.get("q") ?? "").trim().slice(0, MAX_PREFIX_LENGTH);
  const suggestions = prefix === "" ? [] : await theSite().suggest(prefix, SUGGESTIONS);
  const links = suggestions.map(
    ({ kind, text, key }): SuggestedLink => ({ kind, text, url: target(kind, text, key) }),
  );
  return Response.json({ suggestions: links }, { headers: { "Cache-Control": "private, max-age=60" } });
}

function target(kind: SuggestedLink["kind"], text: string, key: string | undefined): string {
  const id = key === undefined ? null : parsePaperKey(key);
  if (id !== null) return paperPath(id);
  const quoted = `"${text.replaceAll('"', "")}"`;
  return searchFor(
    { title: text, author: `author:${quoted}`, category: `cat:${text}`, venue: `venue:${quoted}` }[kind],
  );
}
