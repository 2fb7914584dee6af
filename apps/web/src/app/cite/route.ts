import { citationFile, FORMAT_NAMES, readFormat } from "../../page/export-formats.ts";
import { theSite } from "../../server/site.ts";
import { readArxivPath, readVenuePath } from "../../url/listed-path.ts";

export const dynamic = "force-dynamic";

/** `/arxiv/<ids>/cite?format=…` and `/venue/<ids>/cite?format=…` (P3); `decide-route.ts` leads here. */
export async function GET(request: Request): Promise<Response> {
  const parameters = new URL(request.url).searchParams;
  const [, root, text] = /^(arxiv|venue)\/(.+)$/s.exec(parameters.get("of") ?? "") ?? [];
  const listed = text === undefined ? null : root === "arxiv" ? readArxivPath(text) : readVenuePath(text);
  if (listed?.kind !== "paper" && listed?.kind !== "papers")
    return sentence(404, "Citations are at /arxiv/<id>/cite and /venue/<id>/cite.");
  if (parameters.get("format") === null && listed.kind === "paper") {
    return new Response(null, { status: 307, headers: { Location: `${listed.path}#cite` } });
  }
  const format = readFormat(parameters.get("format"));
  if (format === null) return sentence(400, `The format has to be one of ${FORMAT_NAMES.join(", ")}.`);
  const ids = listed.kind === "paper" ? [listed.id] : listed.ids;
  const papers = (await theSite().papers(ids)).filter((paper) => paper !== null);
  if (papers.length === 0) return sentence(404, `${text} is not stored here.`);
  const name = papers.length === 1 ? papers[0]!.key.replace(":", "-") : "papers";
  return citationFile(papers, format, name, parameters.has("download"));
}

function sentence(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
