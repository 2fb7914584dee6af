import { theSite } from "../../../server/site.ts";

export const dynamic = "force-dynamic";

/** `/v1/embeddings` and `/v1/models` as OpenAI's clients ask for them, `/v1/rerank` (A2); who may is the embedding API's affair. */
async function answer(request: Request): Promise<Response> {
  return theSite().embeddings(request);
}

export { answer as GET, answer as POST };
