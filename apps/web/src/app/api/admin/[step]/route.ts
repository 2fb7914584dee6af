import { theSite } from "../../../../server/site.ts";

export const dynamic = "force-dynamic";

/** Steps that the command line asks for; who may is the pipeline's affair. */
async function answer(request: Request): Promise<Response> {
  return theSite().admin(request);
}

export { answer as GET, answer as POST };
