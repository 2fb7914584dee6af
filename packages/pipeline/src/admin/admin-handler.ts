import { createHash, timingSafeEqual } from "node:crypto";
import type { PipelineContext } from "../context.ts";
import { PipelineError, StepBusyError, StepOptionsError } from "../errors.ts";
import { type ClaimedStep, claimStep, isStepName, STEPS, type StepName } from "../steps.ts";
import { type AdminMessage, ALIVE_INTERVAL_MS, MESSAGES_TYPE, OPTIONS_HEADER } from "./admin-protocol.ts";

export interface AdminHandlerSettings {
  /** The process's context; asked for when a step starts. */
  readonly context: () => PipelineContext | Promise<PipelineContext>;
  /** The secret in admin.json. */
  readonly token: string;
  /** Fires when the server shuts down: running steps end after their batch. */
  readonly signal?: AbortSignal;
}

const MAX_OPTIONS_BYTES = 1_000_000;

/**
 * Runs pipeline steps for command lines on the same machine: `POST /api/admin/<step>` with the options as a JSON body
 * (or in a header, when the body is the file to import). The answer is NDJSON (AdminMessage), written while the step
 * runs; a client that goes away ends its step after the batch at hand. Refused with a problem document (RFC 9457):
 * 401 wrong token, 403 not addressed to loopback, 404 no such step, 405 not POST, 400 bad options, 409 busy.
 */
export function createAdminHandler(settings: AdminHandlerSettings): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isAddressedToLoopback(request)) return problem(403, "this address answers on loopback only");
    if (!hasToken(request, settings.token))
      return problem(401, "the bearer token is not the one in admin.json");
    const name = new URL(request.url).pathname.split("/").at(-1) ?? "";
    if (!isStepName(name))
      return problem(404, `there is no step "${name}"; steps are ${Object.keys(STEPS).join(", ")}`);
    if (request.method !== "POST") return problem(405, "steps are started with POST");
    try {
      const streamed = request.headers.get(OPTIONS_HEADER);
      const options = readJson(streamed ?? (await readLimited(request)));
      const context = await settings.context();
      const step = await claimStep(context, name, options);
      const stdin = streamed !== null ? (request.body ?? undefined) : undefined;
      return streamStep(context, step, stdin, [request.signal, settings.signal]);
    } catch (error) {
      if (error instanceof StepBusyError) return problem(409, error.message);
      if (error instanceof StepOptionsError) return problem(400, error.message);
      return problem(500, (error as Error).message);
    }
  };
}

function streamStep(
  context: PipelineContext,
  step: ClaimedStep<StepName>,
  stdin: ReadableStream<Uint8Array> | undefined,
  signals: readonly (AbortSignal | undefined)[],
): Response {
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, ...signals.filter((candidate) => candidate !== undefined)]);
  const encoder = new TextEncoder();
  const channel = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 64 });
  const writer = channel.writable.getWriter();
  // Waits while the client reads slowly; a client that has gone away must not fail the batch at hand.
  const send = (message: AdminMessage) =>
    writer.write(encoder.encode(`${JSON.stringify(message)}\n`)).catch(() => gone.abort());
  const alive = setInterval(() => void send({ type: "alive" }), ALIVE_INTERVAL_MS);
  const run = async () => {
    try {
      const report = await step.run({
        signal,
        stdin,
        onProgress: (progress) => void send({ type: "progress", progress }),
        onLine: (line) => send({ type: "line", line }),
      });
      await send({ type: "done", report });
    } catch (error) {
      if (!(error instanceof PipelineError)) context.log(`a step failed: ${(error as Error).stack}`);
      await send({ type: "error", name: (error as Error).name, message: (error as Error).message });
    } finally {
      clearInterval(alive);
      await writer.close().catch(() => {});
    }
  };
  writer.closed.catch(() => gone.abort());
  void run();
  return new Response(channel.readable, {
    headers: { "content-type": MESSAGES_TYPE, "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

/**
 * The Host must be a loopback name: a page elsewhere that resolves its own name to 127.0.0.1, or a proxy that forwards
 * the public site here, is kept out even before the token is looked at.
 */
function isAddressedToLoopback(request: Request): boolean {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const name = URL.parse(`http://${host}`)?.hostname ?? "";
  const isForwarded = request.headers.has("forwarded") || hasForeignForwarding(request);
  return !isForwarded && (name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/u.test(name));
}

/** Next sets x-forwarded-for by itself, to the peer's address; a proxy's holds the client's. */
function hasForeignForwarding(request: Request): boolean {
  const addresses = request.headers.get("x-forwarded-for")?.split(",") ?? [];
  return addresses.some((address) => !/^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/u.test(address.trim()));
}

/** Compared as hashes: equal length, and a time that tells nothing about where they differ. */
function hasToken(request: Request, token: string): boolean {
  const given = /^Bearer (.+)$/u.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

async function readLimited(request: Request): Promise<string> {
  if (!request.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of request.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_OPTIONS_BYTES) throw new StepOptionsError("the options are too long");
  }
  return text + decoder.decode();
}

function readJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new StepOptionsError("the options are not JSON");
  }
}

function problem(status: number, detail: string): Response {
  return Response.json(
    { type: "about:blank", status, title: detail, detail },
    { status, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } },
  );
}
