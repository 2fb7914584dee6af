import { isEmptyQuery } from "@cool-papers/core";
import { citationFile, EXPORT_LIMIT, FORMAT_NAMES, readFormat } from "../../../page/export-formats.ts";
import { activeFilters, queryOf } from "../../../page/loosen.ts";
import { theSite } from "../../../server/site.ts";
import { readSearchUrl } from "../../../url/search-url.ts";

export const dynamic = "force-dynamic";

/** The first results of a search as a file (S10), in the order of the page. */
export async function GET(request: Request): Promise<Response> {
  const parameters = new URL(request.url).searchParams;
  const format = readFormat(parameters.get("format"));
  if (format === null) return sentence(400, `The format has to be one of ${FORMAT_NAMES.join(", ")}.`);
  const scope = parameters.get("scope");
  const { state } = readSearchUrl(scope === "arxiv" || scope === "venue" ? scope : "all", parameters);
  if (isEmptyQuery(queryOf(state)) && activeFilters(state).length === 0)
    return sentence(400, "There is nothing to search for: q is empty.");
  const { found } = await theSite().search({ ...state, skip: 0, show: EXPORT_LIMIT });
  return citationFile(
    found.map(({ paper }) => paper),
    format,
    "search",
    true,
  );
}

function sentence(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
