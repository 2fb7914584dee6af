import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { chooseLocale, LOCALE_COOKIE, THEME_COOKIE } from "../i18n/locale.ts";
import type { BrowserScript } from "./browser-script.ts";
import { type CapturedPage, captureHtml } from "./capture-html.ts";
import { passContentCoding } from "./content-coding.ts";
import { decideRoute, type RouteDecision } from "./decide-route.ts";
import { renderFailurePage } from "./failure-page.ts";
import { choosePageEncoding, compressPage, type PageEncoding } from "./page-encoding.ts";
import { matchesTag, pageTag } from "./page-tag.ts";
import { insertMarkup, type RequestContext, runWithContext, type Theme } from "./request-context.ts";
import { securityHeaders } from "./security-headers.ts";
import { stripClientRuntime } from "./strip-client-runtime.ts";

export interface SiteHandlerOptions {
  /** Next's own handler. */
  readonly renderPage: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly script: () => BrowserScript;
  /** Public address without a slash at its end; null: the address that the request names. */
  readonly siteUrl: string | null;
  readonly isDevelopment: boolean;
  readonly log: (message: string) => void;
}

/**
 * The edge of the site: decides on the address, settles language, theme and nonce, lets Next render, and finishes the
 * page (client runtime out, status, headers, compression). Every answer passes here.
 */
export function createSiteHandler(options: SiteHandlerOptions): RequestListener {
  return (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.log(`Answering ${request.method} ${request.url} failed: ${String(error)}`);
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      response.end("Something went wrong on our side.");
    });
  };
}

async function answer(
  options: SiteHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? "/";
  if (url.startsWith("/_next/")) return options.renderPage(request, response);
  const script = options.script();
  if (url === script.path) return sendScript(script, request, response);

  const context = contextOf(options, request, script);
  // Overwritten here, so that nobody but the server says who a client is.
  request.headers["x-client-address"] = clientAddress(request);
  for (const [name, value] of Object.entries(
    securityHeaders(context.nonce, {
      isDevelopment: options.isDevelopment,
      isHttps: context.siteUrl.startsWith("https:"),
    }),
  )) {
    response.setHeader(name, value);
  }
  if (!isAllowed(request.method ?? "", url)) {
    response.writeHead(405, { allow: "GET, HEAD", "content-type": "text/plain; charset=utf-8" });
    response.end("This address answers GET and HEAD.\n");
    return;
  }
  const decision = decideRoute(url);
  if (decision.kind === "redirect") {
    response.writeHead(decision.status, { location: decision.location, "cache-control": "no-cache" });
    response.end();
    return;
  }
  request.url = decision.kind === "render" ? withoutInternalPaths(decision.url) : problemUrl(decision);
  if (decision.kind === "problem") context.status = decision.status;
  const acceptEncoding = String(request.headers["accept-encoding"] ?? "");
  const acceptsGzip = /\bgzip\b/.test(acceptEncoding);
  const encoding = choosePageEncoding(acceptEncoding);
  const knownTag = request.headers["if-none-match"];
  dropNextHeaders(request);
  request.headers["x-accepts-gzip"] = acceptsGzip ? "1" : "0";
  passContentCoding(response);
  captureHtml(response, (page) => finishPage({ context, page, response, encoding, knownTag }));
  await runWithContext(context, () => options.renderPage(request, response));
}

function contextOf(
  options: SiteHandlerOptions,
  request: IncomingMessage,
  script: BrowserScript,
): RequestContext {
  const cookies = readCookies(request.headers.cookie);
  return {
    locale: chooseLocale(cookies.get(LOCALE_COOKIE), request.headers["accept-language"]),
    theme: readTheme(cookies.get(THEME_COOKIE)),
    nonce: randomBytes(16).toString("base64"),
    url: request.url ?? "/",
    siteUrl: options.siteUrl ?? `http://${hostOf(request)}`,
    scriptPath: script.path,
    markups: [],
    status: null,
  };
}

/** Pages are read; only the interfaces for programs and the preferences take anything else, and say themselves what. */
function isAllowed(method: string, url: string): boolean {
  return method === "GET" || method === "HEAD" || /^\/(?:api|v1|preferences)(?:[/?]|$)/.test(url);
}

/** Who asks. A proxy on this machine says for whom it asks; anyone else's word about it counts nothing. */
function clientAddress(request: IncomingMessage): string {
  const peer = request.socket.remoteAddress ?? "unknown";
  const forwarded = request.headers["x-forwarded-for"];
  if (typeof forwarded !== "string" || !/^(::1|(::ffff:)?127\.)/.test(peer)) return peer;
  return forwarded.split(",").at(-1)?.trim().slice(0, 64) ?? peer;
}

/** Host of the request when it looks like one; it goes into links, so anything else is not repeated. */
function hostOf(request: IncomingMessage): string {
  const host = request.headers.host ?? "";
  return /^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9a-fA-F:.]+\](:\d{1,5})?$/.test(host) ? host : "localhost";
}

function readTheme(value: string | undefined): Theme {
  return value === "dark" || value === "light" ? value : "auto";
}

function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? "")
    .slice(0, 8000)
    .split(";")
    .map((pair) => pair.trim().split("="));
  return new Map(pairs.map(([name, value]): [string, string] => [name ?? "", value ?? ""]));
}

/**
 * Next answers some request headers with its router's payload or with an action, which nothing of ours asks for; and
 * it compresses, which is done here when the page is whole.
 */
function dropNextHeaders(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) {
    if (
      name === "rsc" ||
      name === "accept-encoding" ||
      name.startsWith("next-") ||
      name.startsWith("x-middleware-")
    ) {
      delete request.headers[name];
    }
  }
}

/** `/problem` and `/cite` are where decisions lead, no addresses to ask for. */
function withoutInternalPaths(url: string): string {
  return /^\/problem(?:[/?]|$)/.test(url) ? "/404" : url;
}

function problemUrl({ code, value }: Extract<RouteDecision, { kind: "problem" }>): string {
  return `/problem?${new URLSearchParams({ code, value: value.replace(/\p{Cc}/gu, "�") })}`;
}

async function finishPage(finished: {
  readonly context: RequestContext;
  readonly page: CapturedPage;
  readonly response: ServerResponse;
  readonly encoding: PageEncoding | null;
  /** The client's If-None-Match header. */
  readonly knownTag: string | undefined;
}): Promise<Buffer> {
  const { context, page, response, encoding, knownTag } = finished;
  const hasFailed = page.status >= 500;
  const pieces = hasFailed
    ? [renderFailurePage(context)]
    : insertMarkup(stripClientRuntime(page.body), context);
  const parts = pieces.map((piece) => Buffer.from(piece, "utf8"));
  response.statusCode = hasFailed ? page.status : (context.status ?? page.status);
  // Not `no-store`: the back button has to bring back the page, scrolled where it was.
  response.setHeader("Cache-Control", "private, no-cache");
  response.setHeader("Vary", "Accept-Encoding, Accept-Language, Cookie");
  response.removeHeader("Link");
  if (response.statusCode === 200) {
    const tag = pageTag(parts, context.nonce);
    response.setHeader("ETag", tag);
    if (matchesTag(knownTag, tag)) return notModified(response);
  }
  const bytes = Buffer.concat(parts);
  if (encoding === null || response.req.method === "HEAD") return bytes;
  response.setHeader("Content-Encoding", encoding);
  return compressPage(bytes, encoding);
}

/** The client's copy stays valid with the headers it came with: a new policy would name a nonce that the copy does not have. */
function notModified(response: ServerResponse): Buffer {
  response.statusCode = 304;
  for (const name of ["Content-Security-Policy", "Content-Type", "Content-Length"])
    response.removeHeader(name);
  return Buffer.alloc(0);
}

const gzipLater = promisify(gzip);

async function sendScript(
  script: BrowserScript,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  response.writeHead(200, {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    ...(isGzip ? { "content-encoding": "gzip", vary: "Accept-Encoding" } : {}),
  });
  response.end(isGzip ? await gzipLater(script.code) : script.code);
}
