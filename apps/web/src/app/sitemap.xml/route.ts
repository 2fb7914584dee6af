import { requestContext } from "../../server/request-context.ts";
import { theSite } from "../../server/site.ts";
import { SITEMAP_PAGE_SIZE, sitemapIndex } from "../../view/sitemap.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  return new Response(
    sitemapIndex(requestContext().siteUrl, await theSite().sitemapPages(SITEMAP_PAGE_SIZE)),
    {
      headers: { "Content-Type": "application/xml; charset=utf-8" },
    },
  );
}
