import { paperPath, parsePaperKey } from "@cool-papers/core";
import type { Suggestion } from "@cool-papers/search";
import { pageTools } from "../../../page/page-tools.ts";
import { theSite } from "../../../server/site.ts";
import { searchFor } from "../../../url/search-url.ts";

export const dynamic = "force-dynamic";

const MAX_PREFIX_LENGTH = 100;
const SUGGESTIONS = 8;

/** One line of the list under the search box. */
interface SuggestedLink {
  readonly kind: Suggestion["kind"];
  /** The kind in the reader's language. */
  readonly label: string;
  readonly text: string;
  readonly url: string;
}

/** Suggestions while typing (S9): titles, authors, categories, venues, each with where it leads. */
export async function GET(request: Request): Promise<Response> {
  const prefix = (new URL(request.url).searchParams.get("q") ?? "").trim().slice(0, MAX_PREFIX_LENGTH);
  const { t } = pageTools();
  const suggestions = prefix === "" ? [] : await theSite().suggest(prefix, SUGGESTIONS);
  const links = suggestions.map(
    ({ kind, text, key }): SuggestedLink => ({
      kind,
      label: t(LABEL_KEYS[kind]),
      text,
      url: target(kind, text, key),
    }),
  );
  return Response.json(
    { suggestions: links },
    { headers: { "Cache-Control": "private, max-age=60", Vary: "Cookie, Accept-Language" } },
  );
}

const LABEL_KEYS = {
  title: "suggest.title",
  author: "suggest.author",
  category: "suggest.category",
  venue: "suggest.venue",
} as const satisfies Record<Suggestion["kind"], string>;

function target(kind: Suggestion["kind"], text: string, key: string | undefined): string {
  const id = key === undefined ? null : parsePaperKey(key);
  if (id !== null) return paperPath(id);
  const quoted = `"${text.replaceAll('"', "")}"`;
  return searchFor(
    { title: text, author: `author:${quoted}`, category: `cat:${text}`, venue: `venue:${quoted}` }[kind],
  );
}
