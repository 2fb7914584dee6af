import { buildFeed } from "../../page/build-feed.ts";
import { answerConditionally, ChangeMemory } from "../../server/conditional-answer.ts";
import { requestContext } from "../../server/request-context.ts";
import { readFollowed } from "../../url/feed-url.ts";
import { ATOM_TYPE, printAtom } from "../../view/atom.ts";

export const dynamic = "force-dynamic";

/** arXiv announces once a day; a venue comes in batches. */
const MAX_AGE_SECONDS = 900;

const changes = new ChangeMemory(Date.now);

/** `/arxiv/<cats>/feed`, `/venue/<V>/feed`, `/venue/latest/feed` and `/search/feed` (F1); `decide-route.ts` leads here. */
export async function GET(request: Request): Promise<Response> {
  const parameters = new URL(request.url).searchParams;
  const followed = readFollowed(parameters.get("of") ?? "");
  if (followed === null)
    return sentence(404, "Feeds are at /arxiv/<categories>/feed, /venue/<venue>/feed and /search/feed?q=….");
  const feed = await buildFeed(followed, parameters, requestContext().siteUrl);
  if ("sentence" in feed) return sentence(feed.status, feed.sentence);
  return answerConditionally(
    request,
    {
      address: feed.id,
      body: printAtom(feed),
      contentType: `${ATOM_TYPE}; charset=utf-8`,
      maxAgeSeconds: MAX_AGE_SECONDS,
      acceptsGzip: request.headers.get("x-accepts-gzip") === "1",
    },
    changes,
  );
}

function sentence(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
