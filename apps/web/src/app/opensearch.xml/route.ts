import { requestContext } from "../../server/request-context.ts";
import { escapeHtml } from "../../view/html.ts";

export const dynamic = "force-dynamic";

/** Lets browsers offer the site as a search engine. */
export function GET(): Response {
  const site = escapeHtml(requestContext().siteUrl);
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>Cool Papers</ShortName>
<Description>Search scientific papers</Description>
<Url type="text/html" template="${site}/search?q={searchTerms}"/>
<Image width="32" height="32" type="image/svg+xml">${site}/icon.svg</Image>
</OpenSearchDescription>
`;
  return new Response(body, {
    headers: { "Content-Type": "application/opensearchdescription+xml; charset=utf-8" },
  });
}
