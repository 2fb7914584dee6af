import { canonicalVenue } from "@cool-papers/core";
import { pageTools } from "../../../page/page-tools.ts";
import { OpeningLimit } from "../../../server/opening-limit.ts";
import { theSite } from "../../../server/site.ts";
import { editionPath } from "../../../url/listed-path.ts";
import { isVenueName } from "../../../url/venue-name.ts";

export const dynamic = "force-dynamic";

const MAX_BODY_BYTES = 2000;
const DAY_MS = 86_400_000;

const limit = new OpeningLimit({ perPaperMs: DAY_MS, perClientAnHour: 20, clock: Date.now });

/**
 * A reader asks for a venue that is missing (V1), with the form of `/venue`. A number is kept for the name, nothing
 * about the reader; one reader's request counts once a day. A venue that is there is opened instead.
 */
export async function POST(request: Request): Promise<Response> {
  const { t } = pageTools();
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return sentence(403, t("venue.askElsewhere"));
  const body = await request.text();
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) return sentence(413, t("venue.askBad", { value: "…" }));
  const given = (new URLSearchParams(body).get("venue") ?? "").trim().replace(/\s+/g, " ");
  if (!isVenueName(given)) return sentence(400, t("venue.askBad", { value: given.slice(0, 80) }));
  const venue = canonicalVenue(given);
  const known = (await theSite().venueEditions()).find(
    (edition) => edition.venue.toLowerCase() === venue.toLowerCase(),
  );
  if (known !== undefined) return goTo(editionPath(known.venue, null));
  const client = request.headers.get("x-client-address") ?? "unknown";
  if (limit.admit(client, venue.toLowerCase()) && (await theSite().countVenueRequest(venue)) === null)
    return sentence(503, t("venue.askFull"));
  return goTo(`/venue?${new URLSearchParams({ asked: venue })}#ask`);
}

/** The address itself is no page. */
export function GET(): Response {
  return goTo("/venue#ask");
}

function goTo(location: string): Response {
  return new Response(null, { status: 303, headers: { Location: location } });
}

function sentence(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
