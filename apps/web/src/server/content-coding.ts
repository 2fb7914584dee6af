import type { ServerResponse } from "node:http";

/**
 * The header by which a route handler says how it coded its body. Next takes `Content-Encoding` out of what handlers
 * answer (a body that came by `fetch` is decoded already), so that a handler which compresses by itself uses this one.
 */
export const CONTENT_CODING = "X-Content-Coding";

/** Lets an answer say `Content-Encoding` where its handler said `CONTENT_CODING`. */
export function passContentCoding(response: ServerResponse): void {
  const setHeader = response.setHeader;
  response.setHeader = ((name: string, value: string | number | readonly string[]) =>
    setHeader.call(
      response,
      name.toLowerCase() === CONTENT_CODING.toLowerCase() ? "Content-Encoding" : name,
      value,
    )) as typeof response.setHeader;
}
