import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";

export interface EmbeddingServer {
  /** Address with the port that was really bound. */
  readonly url: string;
  /** Takes no new connections, lets running requests finish within the time, then cuts what is left. */
  close(drainMs: number): Promise<void>;
}

/** Listens with the app. Rejects with the system's error (EADDRINUSE, EACCES) when it cannot. */
export function listen(app: Hono, host: string, port: number): Promise<EmbeddingServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port, autoCleanupIncoming: true }, (info) => {
      const name = host.includes(":") ? `[${host}]` : host;
      resolve({ url: `http://${name}:${info.port}`, close: (drainMs) => drain(server as Server, drainMs) });
    }) as Server;
    server.once("error", reject);
    // A client that sends its headers or body drop by drop holds no connection for ever.
    server.headersTimeout = 10_000;
    server.requestTimeout = 120_000;
  });
}

const SWEEP_MS = 50;

function drain(server: Server, drainMs: number): Promise<void> {
  return new Promise((done) => {
    const cut = setTimeout(() => server.closeAllConnections(), drainMs);
    // A connection that was busy at first stays open for its client's next request once it is answered.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      done();
    });
    server.closeIdleConnections();
  });
}
