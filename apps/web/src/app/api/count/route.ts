import { parsePaperKey, printPaperId } from "@cool-papers/core";
import { z } from "zod";
import { OpeningLimit } from "../../../server/opening-limit.ts";
import { theSite } from "../../../server/site.ts";

export const dynamic = "force-dynamic";

const MAX_BODY_BYTES = 500;

const Opening = z.object({ key: z.string().max(400), counter: z.enum(["pdf", "faq"]) });

const limit = new OpeningLimit({ perPaperMs: 3_600_000, perClientAnHour: 300, clock: Date.now });

/** Counts one opening of a PDF or FAQ: one for each reader, paper and hour, at most 300 an hour from one address. */
export async function POST(request: Request): Promise<Response> {
  const body = await request.text();
  if (body.length > MAX_BODY_BYTES) return problem(413, "The body is too long.");
  // Browsers say where a request comes from; a page elsewhere must not count for its visitors.
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin")
    return problem(403, "Openings are counted from this site's own pages only.");
  const opening = Opening.safeParse(parseJson(body));
  const id = opening.success ? parsePaperKey(opening.data.key) : null;
  if (!opening.success || id === null)
    return problem(400, 'Send {"key": "arxiv:2104.09864", "counter": "pdf" or "faq"}.');
  const client = request.headers.get("x-client-address") ?? "unknown";
  const key = printPaperId(id);
  if (!limit.admit(client, `${opening.data.counter} ${key}`)) return new Response(null, { status: 204 });
  const isStored = await theSite().countOpening(key, opening.data.counter);
  return isStored ? new Response(null, { status: 204 }) : problem(404, `${key} is not stored here.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problem(status: number, detail: string): Response {
  return Response.json(
    { status, detail },
    { status, headers: { "Content-Type": "application/problem+json" } },
  );
}
