import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the double answers one request. */
export type Answer =
  | { readonly kind: "feed"; readonly xml: string; readonly status?: number }
  | { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Keeps the connection open without an answer until the client goes. */
  | { readonly kind: "silence" }
  /** Ends the connection in the middle of the body. */
  | { readonly kind: "cut"; readonly xml: string };

/** A server on loopback that speaks the Query API with its errors and its slowness. Answers are used up in order. */
export interface ArxivDouble {
  readonly baseUrl: string;
  readonly host: string;
  readonly requests: { readonly url: URL; readonly userAgent: string | undefined; readonly atMs: number }[];
  /** Requests in progress at once, at most. */
  readonly maxConcurrent: () => number;
  readonly answers: Answer[];
  close(): Promise<void>;
}

export async function startArxivDouble(): Promise<ArxivDouble> {
  const answers: Answer[] = [];
  const requests: ArxivDouble["requests"] = [];
  let concurrent = 0;
  let maxConcurrent = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    concurrent += 1;
    maxConcurrent = Math.max(maxConcurrent, concurrent);
    response.on("close", () => {
      concurrent -= 1;
    });
    requests.push({
      url: new URL(request.url ?? "/", "http://double"),
      userAgent: request.headers["user-agent"],
      atMs: performance.now(),
    });
    respond(response, answers.shift() ?? { kind: "status", status: 500 });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl: `http://${host}/api/query`,
    host,
    requests,
    maxConcurrent: () => maxConcurrent,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case "feed":
      response.writeHead(answer.status ?? 200, { "content-type": "application/atom+xml; charset=utf-8" });
      response.end(answer.xml);
      break;
    case "status":
      response.writeHead(answer.status, answer.headers ?? {});
      response.end();
      break;
    case "silence":
      break;
    case "cut":
      response.writeHead(200, { "content-length": String(answer.xml.length * 2) });
      response.write(answer.xml, () => response.destroy());
      break;
  }
}

/** A feed as arXiv prints it, around these entries. */
export function atomFeed(...entries: readonly string[]): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/abcdefgh</id>
  <title>arXiv Query: search_query=&amp;id_list=</title>
  <updated>2024-03-09T00:00:00Z</updated>
  <opensearch:totalResults>${entries.length}</opensearch:totalResults>
  ${entries.join("\n")}
</feed>`;
}

/** An invented paper's entry. */
export const SHEEP_ENTRY = `<entry>
    <id>http://arxiv.org/abs/2403.01234v3</id>
    <title type="html">Counting Sheep
  &amp; Goats</title>
    <updated>2024-03-09T17:58:00Z</updated>
    <published>2024-03-04T10:00:00Z</published>
    <link href="https://arxiv.org/abs/2403.01234v3" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2403.01234v3" rel="related" type="application/pdf" title="pdf"/>
    <summary>  We count $a &lt; b$
sheep.
</summary>
    <category term="math.NA" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.NA" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">7 pages</arxiv:comment>
    <arxiv:primary_category term="cs.LG"/>
    <arxiv:doi>10.1000/Sheep</arxiv:doi>
    <author><name>Ada Example</name></author>
    <author><name>Erd&#337;s P&#xE1;l</name><arxiv:affiliation>Somewhere</arxiv:affiliation></author>
  </entry>`;

export const ERROR_ENTRY = `<entry>
    <id>https://arxiv.org/api/errors#incorrect_id_format_for_x</id>
    <title>Error</title>
    <summary>incorrect id format for x</summary>
    <updated>2024-03-09T00:00:00Z</updated>
    <author><name>arXiv api core</name></author>
  </entry>`;
