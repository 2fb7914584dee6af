import { requestContext } from "../../server/request-context.ts";
import { theSite } from "../../server/site.ts";
import { sitemapIndex } from "../../view/sitemap.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  return new Response(sitemapIndex(requestContext().siteUrl, await theSite().paperCount()), {
    headers: { "Content-Type": "application/xml; charset=utf-8" },
  });
}
