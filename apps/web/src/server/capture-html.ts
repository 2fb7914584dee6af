import type { ServerResponse } from "node:http";

/** A finished answer: what Next wrote, before it goes out. */
export interface CapturedPage {
  readonly status: number;
  readonly body: string;
}

/**
 * Holds back an HTML answer until it is complete and sends what `finish` makes of it; other answers pass untouched.
 * Pages are rendered whole (no streaming), so nothing is lost by waiting for the last byte. When `finish` fails, the
 * answer is a plain 500 and the failure goes to `report`.
 */
export function captureHtml(
  response: ServerResponse,
  finish: (page: CapturedPage) => CapturedPage | Buffer | Promise<CapturedPage | Buffer>,
  report: (error: unknown) => void = console.error,
): void {
  const chunks: Buffer[] = [];
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  const writeHead = response.writeHead;
  let isHtml: boolean | null = null;
  let isEnded = false;

  const decide = (): boolean => {
    isHtml ??=
      !response.headersSent && String(response.getHeader("content-type") ?? "").startsWith("text/html");
    return isHtml;
  };
  const keep = (chunk: unknown, encoding: unknown): void => {
    if (chunk === undefined || chunk === null || typeof chunk === "function") return;
    chunks.push(
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : Buffer.from(chunk as Uint8Array),
    );
  };
  const callbackOf = (...values: unknown[]): (() => void) | undefined =>
    values.find((value): value is () => void => typeof value === "function");

  // Next flushes headers before the first byte, and its compression writes them by hand: kept back as well.
  response.flushHeaders = ((original) => () => {
    if (!decide()) original.call(response);
  })(response.flushHeaders);
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const headers = rest.find(
      (value): value is Record<string, string> => typeof value === "object" && value !== null,
    );
    const type = headers?.["content-type"] ?? headers?.["Content-Type"];
    if (type !== undefined) response.setHeader("content-type", type);
    if (!decide()) return writeHead.call(response, status, ...(rest as []));
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
    return response;
  }) as typeof response.writeHead;

  response.write = ((chunk: unknown, encoding?: unknown, callback?: unknown) => {
    if (!decide()) return write(chunk as never, encoding as never, callback as never);
    keep(chunk, encoding);
    const done = callbackOf(encoding, callback);
    if (done) queueMicrotask(done);
    return true;
  }) as typeof response.write;

  response.end = ((chunk?: unknown, encoding?: unknown, callback?: unknown) => {
    if (!decide()) return end(chunk as never, encoding as never, callback as never);
    if (isEnded) return response;
    isEnded = true;
    keep(chunk, encoding);
    const done = callbackOf(chunk, encoding, callback);
    Promise.resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString("utf8") })
      .then(finish)
      .then((page) => {
        const body = Buffer.isBuffer(page) ? page : Buffer.from(page.body, "utf8");
        if (!Buffer.isBuffer(page)) response.statusCode = page.status;
        response.writeHead = writeHead;
        response.removeHeader("transfer-encoding");
        if (response.statusCode !== 304) response.setHeader("content-length", body.length);
        end(body, done as never);
      })
      .catch((error: unknown) => {
        report(error);
        response.writeHead = writeHead;
        if (response.headersSent) return response.destroy();
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
        return end("Something went wrong on our side.\n", done as never);
      });
    return response;
  }) as typeof response.end;
}
