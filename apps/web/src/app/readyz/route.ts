import { theSite } from "../../server/site.ts";

export const dynamic = "force-dynamic";

/** The record and the index answer; otherwise 503 with the reason. */
export async function GET(): Promise<Response> {
  const readiness = await theSite().readiness();
  return readiness.isReady
    ? Response.json({ status: "ready" }, { headers: { "Cache-Control": "no-store" } })
    : Response.json(
        { status: "not ready", reason: readiness.reason },
        { status: 503, headers: { "Cache-Control": "no-store" } },
      );
}
