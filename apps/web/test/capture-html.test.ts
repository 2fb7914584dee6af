import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { captureHtml } from "../src/server/capture-html.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function answerOf(listener: RequestListener): Promise<Response> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

describe("captureHtml", () => {
  it("hands over the whole page and sends what becomes of it, whatever way it was written", async () => {
    const answer = await answerOf((_, response) => {
      captureHtml(response, ({ status, body }) => ({ status: status + 1, body: body.toUpperCase() }));
      response.setHeader("content-type", "text/html");
      response.statusCode = 202;
      response.flushHeaders();
      response.write("<p>one ");
      response.write(Buffer.from("två "));
      response.end("three</p>");
    });
    expect([answer.status, await answer.text()]).toEqual([203, "<P>ONE TVÅ THREE</P>"]);
  });

  it("takes headers given to writeHead as well", async () => {
    const answer = await answerOf((_, response) => {
      captureHtml(response, ({ body }) => ({ status: 404, body: `${body}!` }));
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
      response.end("page");
    });
    expect([answer.status, await answer.text()]).toEqual([404, "page!"]);
  });

  it("waits for a page that is finished later, and answers 500 without a trace of it when that fails", async () => {
    const later = await answerOf((_, response) => {
      captureHtml(response, async ({ body }) => Buffer.from(`${body}!`));
      response.setHeader("content-type", "text/html");
      response.end("page");
    });
    expect([later.status, await later.text()]).toEqual([200, "page!"]);
    const failures: unknown[] = [];
    const failed = await answerOf((_, response) => {
      captureHtml(
        response,
        async () => {
          throw new Error("no page");
        },
        (error) => failures.push(error),
      );
      response.setHeader("content-type", "text/html");
      response.setHeader("content-encoding", "gzip");
      response.end("half a page");
    });
    expect([failed.status, await failed.text()]).toEqual([500, "Something went wrong on our side.\n"]);
    expect(failures).toHaveLength(1);
  });

  it("lets anything else through untouched and at once", async () => {
    const answer = await answerOf((_, response) => {
      captureHtml(response, () => {
        throw new Error("not a page");
      });
      response.writeHead(200, { "content-type": "application/json" });
      response.write("{");
      response.end("}");
    });
    expect(await answer.json()).toEqual({});
  });
});
