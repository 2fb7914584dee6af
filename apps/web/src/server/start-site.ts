import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Settings } from "@cool-papers/core/settings";
import { createSiteEmbeddingHandler } from "@cool-papers/embed";
import {
  createAdminHandler,
  createAdminToken,
  type OpenContext,
  openContext,
  otherModelIndexed,
  publishAdminEndpoint,
  renewVectors,
  repairIndex,
  seedIfEmpty,
} from "@cool-papers/pipeline";
import { type BrowserScript, bundleBrowserScript, readBrowserScript } from "./browser-script.ts";
import { createSite } from "./create-site.ts";
import { showProgress } from "./show-progress.ts";
import { provideSite } from "./site.ts";
import { createSiteHandler } from "./site-handler.ts";

/** Request line and headers together: a query of 10 kB in Chinese is 90 kB when percent-encoded. */
const MAX_HEADER_BYTES = 128 * 1024;
/** How long requests under way may take once the site is told to stop. */
const DRAIN_MS = 5000;

export interface StartSiteOptions {
  readonly settings: Settings;
  readonly mode: "production" | "development";
  readonly log: (message: string) => void;
}

export interface RunningSite {
  /** Address on this machine, with the port that was really taken. */
  readonly url: string;
  /** Lets requests under way finish, then closes the record and the index. */
  close(): Promise<void>;
}

/**
 * Opens the record and the index (filling a new installation with the seed corpus), then serves the site. One process,
 * one open record: pages reach it through `provideSite`. Throws what opening throws, with a sentence for the terminal.
 */
export async function startSite({ settings, mode, log }: StartSiteOptions): Promise<RunningSite> {
  const isDevelopment = mode === "development";
  const stopping = new AbortController();
  const context = await openContext({ ...settings, log });
  try {
    const display = showProgress(process.stderr);
    const { seeded } = await seedIfEmpty(context, { signal: stopping.signal, onProgress: display.show });
    display.end();
    if (seeded !== null) log("The seed corpus is stored and searchable.");
    // Not awaited: everything but search works meanwhile.
    const repairing = mendIndex(context, settings, stopping.signal).catch((error: Error) =>
      log(`The search index is not built anew: ${error.message}`),
    );

    const token = createAdminToken();
    const admin = createAdminHandler({ context: () => context, token, signal: stopping.signal });
    const embeddings = createSiteEmbeddingHandler({
      dataDir: settings.dataDir,
      encoder: context.embedder?.answerer ?? null,
    });
    const operator = {
      contactEmail: settings.contactEmail,
      embeddingHost: settings.embedUrl === null ? null : new URL(settings.embedUrl).host,
    };
    provideSite(createSite(context, { admin, embeddings, operator }));
    const script = await scriptSource(isDevelopment);
    const renderPage = await prepareNext(isDevelopment);
    const server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES },
      createSiteHandler({
        renderPage,
        script,
        siteUrl: settings.siteUrl,
        isDevelopment,
        log,
      }),
    );
    const port = await listen(server, settings.host, settings.port);
    const url = `http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`;
    // What comparing needs is made at the first call, which no reader should wait for.
    if (settings.embedUrl === null) context.embedder?.rerank?.("first", ["first"]).then(undefined, () => {});
    const unpublish = await publishAdminEndpoint(settings.dataDir, loopbackUrl(settings.host, port), token);
    return {
      url,
      async close() {
        stopping.abort();
        await unpublish();
        await stopServing(server);
        await repairing;
        await context.close();
      },
    };
  } catch (error) {
    stopping.abort();
    await context.close();
    throw error;
  }
}

/** Builds an index that cannot be used; then brings it to the model that is installed. */
async function mendIndex(context: OpenContext, { embedUrl }: Settings, signal: AbortSignal): Promise<void> {
  await repairIndex(context, { signal });
  // Requests to another's server may cost money: those are for people to begin.
  if (embedUrl === null) return void (await renewVectors(context, { signal }));
  const held = await otherModelIndexed(context);
  if (held === null) return;
  context.log(
    `The search index holds vectors of ${held}, and ${context.embedder!.model} embeds now: search goes by words until \`npm run embed\` and \`npm run index\` have run.`,
  );
}

async function scriptSource(isDevelopment: boolean): Promise<() => BrowserScript> {
  let script = isDevelopment ? await bundleBrowserScript() : readBrowserScript();
  if (isDevelopment) {
    const { watch } = await import("node:fs");
    watch(join(import.meta.dirname, "../browser"), () => {
      bundleBrowserScript().then(
        (fresh) => {
          script = fresh;
        },
        (error: unknown) => console.error(error),
      );
    });
  }
  return () => script;
}

type RenderPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function prepareNext(isDevelopment: boolean): Promise<RenderPage> {
  // Next reads it when it is loaded, hence the import here.
  Object.assign(process.env, {
    NODE_ENV: isDevelopment ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
  });
  const { default: next } = await import("next");
  const app = next({ dev: isDevelopment, dir: join(import.meta.dirname, "../.."), quiet: false });
  await app.prepare();
  return app.getRequestHandler();
}

/** The address cannot be listened on; the message is a sentence for the terminal. */
class StartListenError extends Error {
  override name = "StartListenError";
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const reason = error.code === "EADDRINUSE" ? "another program uses it" : error.message;
      fail(
        new StartListenError(
          `Cannot listen on port ${port} of ${host}: ${reason}. Set PORT or HOST to another.`,
          { cause: error },
        ),
      );
    };
    server.once("error", refuse);
    server.listen({ host, port }, () => {
      server.off("error", refuse);
      done((server.address() as AddressInfo).port);
    });
  });
}

/** An address that reaches this server from this machine, also when it listens on all of them. */
function loopbackUrl(host: string, port: number): string {
  if (host === "0.0.0.0") return `http://127.0.0.1:${port}`;
  return host.includes(":") ? `http://[${host === "::" ? "::1" : host}]:${port}` : `http://${host}:${port}`;
}

function stopServing(server: Server): Promise<void> {
  return new Promise((done) => {
    const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(impatient);
      done();
    });
    server.closeIdleConnections();
  });
}
