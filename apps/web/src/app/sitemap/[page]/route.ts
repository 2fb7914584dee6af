import { requestContext } from "../../../server/request-context.ts";
import { theSite } from "../../../server/site.ts";
import { editionPath } from "../../../url/listed-path.ts";
import { SITEMAP_PAGE_SIZE, sitemapOfPapers, sitemapOfPaths } from "../../../view/sitemap.ts";

export const dynamic = "force-dynamic";

/** `/sitemap/site.xml`: our own pages, categories and editions; `/sitemap/<n>.xml`: papers, 20,000 to a file. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ page: string }> },
): Promise<Response> {
  const { siteUrl } = requestContext();
  const name = (await params).page;
  if (name === "site.xml") return xml(sitemapOfPaths(siteUrl, await ownPaths()));
  const page = /^(0|[1-9]\d{0,5})\.xml$/.exec(name)?.[1];
  const entries = page === undefined ? [] : await theSite().sitemap(Number(page), SITEMAP_PAGE_SIZE);
  if (entries.length === 0) return new Response("There is no such part of the sitemap.\n", { status: 404 });
  return xml(sitemapOfPapers(siteUrl, entries));
}

async function ownPaths(): Promise<string[]> {
  const [counts, editions] = await Promise.all([theSite().categoryCounts(), theSite().venueEditions()]);
  return [
    "/",
    "/venue",
    "/how-to-search",
    "/about",
    "/privacy",
    ...Object.keys(counts.categories).map((category) => `/arxiv/${category}`),
    ...editions.map(({ venue, year }) => editionPath(venue, year)),
  ];
}

function xml(body: string): Response {
  return new Response(body, { headers: { "Content-Type": "application/xml; charset=utf-8" } });
}
