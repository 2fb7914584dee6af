import type { CategoryExpression } from "@cool-papers/core";
import { type SearchPage, theSite } from "../server/site.ts";
import { readSearchUrl, type SearchState } from "../url/search-url.ts";

/** The last submitted papers of an expression whose listing days nobody states (a seed corpus, venue papers). */
export async function newestOf({
  include,
  exclude,
}: CategoryExpression): Promise<SearchPage & { readonly state: SearchState }> {
  const text = `cat:${include.join(",")}${exclude.length === 0 ? "" : ` -cat:${exclude.join(",")}`}`;
  const { state } = readSearchUrl("all", new URLSearchParams({ q: text, sort: "newest", mode: "keyword" }));
  return { ...(await theSite().search(state)), state };
}
