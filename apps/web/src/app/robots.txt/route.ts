import { requestContext } from "../../server/request-context.ts";

export const dynamic = "force-dynamic";

/** Papers and lists may be indexed; searches are endless and may not. */
export function GET(): Response {
  const lines = [
    "User-agent: *",
    "Disallow: /search",
    "Disallow: /arxiv/search",
    "Disallow: /venue/search",
    "Disallow: /api/",
    "Disallow: /*/cite",
    "Disallow: /preferences",
    "",
    `Sitemap: ${requestContext().siteUrl}/sitemap.xml`,
    "",
  ];
  return new Response(lines.join("\n"), { headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
