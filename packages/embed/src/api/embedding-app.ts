import { Hono } from "hono";
import type { EncoderModel, TruncationPolicy } from "../encoder.ts";
import { AuthenticationError, EmbedError, RateLimitError } from "../errors.ts";
import type { EmbeddingApi, RawAnswer, RawRequest } from "../inference/worker-protocol.ts";
import { findKey, type StoredKey } from "../keys/api-key-store.ts";
import type { KeyBudget } from "../keys/key-budget.ts";
import type { BodyBudget } from "./body-budget.ts";
import type { EmbeddingMetrics } from "./embedding-metrics.ts";
import { openAiError } from "./openai-embeddings.ts";
import { openApiDocument } from "./openapi.ts";
import { teiError } from "./tei-embed.ts";

/** What the handler needs from its encoder: to answer bodies, away from the main thread. */
export interface RequestAnswerer {
  readonly model: EncoderModel;
  answer(request: RawRequest, signal?: AbortSignal): Promise<RawAnswer>;
}

/** One line of the log for a request. Never the texts. */
export interface RequestLog {
  readonly api: EmbeddingApi;
  readonly status: number;
  readonly key: string | null;
  readonly inputs: number;
  readonly tokens: number;
  readonly durationMs: number;
}

export interface EmbeddingAppOptions {
  readonly encoder: RequestAnswerer;
  /** Read at each request, so that a key made or removed by the command counts at once. */
  readonly keys: () => readonly StoredKey[];
  /** Who may ask while there are no keys. "nobody" where a network listens: removing the last key must not open it. */
  readonly withoutKeys: "anybody" | "nobody";
  readonly budget: KeyBudget;
  /** null: not counted, and no /metrics. */
  readonly metrics: EmbeddingMetrics | null;
  readonly truncate: TruncationPolicy;
  readonly maxBodyBytes: number;
  /** Bytes of bodies held at once, those being read and those being answered. */
  readonly bodies: BodyBudget;
  readonly log: (line: RequestLog) => void;
  /** Milliseconds; a monotonic clock. */
  readonly now: () => number;
  /** False while the server drains: /readyz says so and balancers send their requests elsewhere. */
  readonly isReady: () => boolean;
}

/** The embedding API as one Fetch handler: the server listens with it, the site mounts it. */
export function createEmbeddingApp(options: EmbeddingAppOptions): Hono {
  const { encoder, metrics } = options;
  const app = new Hono();
  app.post("/v1/embeddings", (context) => respond("openai", context.req.raw, options));
  app.post("/v1/rerank", (context) => respond("rerank", context.req.raw, options));
  app.post("/embed", (context) => respond("tei", context.req.raw, options));
  app.get("/v1/models", (context) => {
    const refused = refuseStranger(context.req.raw, options);
    return refused ?? context.json({ object: "list", data: modelList(encoder.model) });
  });
  app.get("/v1/models/:name", (context) => {
    const refused = refuseStranger(context.req.raw, options);
    if (refused) return refused;
    const model = modelList(encoder.model).find(({ id }) => id === context.req.param("name"));
    if (model) return context.json(model);
    const message = `The model ${JSON.stringify(context.req.param("name"))} is not served here; see GET /v1/models.`;
    return context.json(
      openAiError({ message, type: "invalid_request_error", param: "model", code: "model_not_found" }),
      404,
    );
  });
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", (context) =>
    options.isReady() ? context.text("ready\n") : context.text("shutting down\n", 503),
  );
  if (metrics !== null) {
    const { registry } = metrics;
    app.get("/metrics", async (context) =>
      context.body(await registry.metrics(), 200, { "content-type": registry.contentType }),
    );
  }
  for (const path of ["/openapi.json", "/v1/openapi.json"]) {
    app.get(path, (context) => context.json(openApiDocument(encoder.model)));
  }
  app.all("*", (context) => {
    const message = `There is no ${context.req.method} ${context.req.path.slice(0, 100)}; see /v1/openapi.json.`;
    return context.json(
      openAiError({ message, type: "invalid_request_error", param: null, code: "not_found" }),
      404,
    );
  });
  return app;
}

interface ListedModel {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
  /** Ours: whether POST /v1/rerank takes it. */
  readonly reranks: boolean;
}

function modelList(model: EncoderModel): ListedModel[] {
  return [model.id, `${model.id}-query`, `${model.id}-document`].map((id) => ({
    id,
    object: "model",
    created: 0,
    owned_by: "cool-papers",
    reranks: model.reranks && id === model.id,
  }));
}

async function respond(
  api: RawRequest["api"],
  request: Request,
  options: EmbeddingAppOptions,
): Promise<Response> {
  const startedAt = options.now();
  let key: StoredKey | null = null;
  let headers: Record<string, string> = {};
  let answer: RawAnswer | null = null;
  let response: Response;
  try {
    key = authenticate(request, options);
    if (key !== null) headers = { ...options.budget.takeRequest(key) };
    answer = await options.bodies.with(request, options.maxBodyBytes, (body) =>
      options.encoder.answer({ api, body, truncate: options.truncate }, request.signal),
    );
    if (key !== null) headers = { ...headers, ...options.budget.bookTokens(key, answer.tokens) };
    // A view, not the buffer: Hono's server hands its bytes to the socket as they are and copies anything else.
    response = new Response(new Uint8Array(answer.body), {
      status: answer.status,
      headers: { ...headers, ...retryAfter(answer.status, null), "content-type": "application/json" },
    });
  } catch (error) {
    response = failure(api, request, error, headers);
  }
  record(api, response.status, key, answer, options.now() - startedAt, options);
  return response;
}

function record(
  api: RawRequest["api"],
  status: number,
  key: StoredKey | null,
  answer: RawAnswer | null,
  durationMs: number,
  { metrics, log }: EmbeddingAppOptions,
): void {
  const inputs = answer?.inputs ?? 0;
  const tokens = answer?.tokens ?? 0;
  metrics?.requests.inc({ api, status: String(status) });
  metrics?.texts.inc(inputs);
  metrics?.tokens.inc(tokens);
  metrics?.durationS.observe({ api }, durationMs / 1000);
  log({ api, status, key: key?.name ?? null, inputs, tokens, durationMs });
}

/** nginx's status for a client that went away before its answer; nobody reads it but the log. */
const CLIENT_CLOSED_REQUEST = 499;

function failure(
  api: RawRequest["api"],
  request: Request,
  error: unknown,
  headers: Record<string, string>,
): Response {
  if (request.signal.aborted) return new Response(null, { status: CLIENT_CLOSED_REQUEST });
  const known = error instanceof EmbedError ? error : null;
  if (known === null) console.error(error);
  const told = known ?? {
    message: "The server failed on this request; its log says why.",
    type: "server_error",
    param: null,
    code: "internal_error",
  };
  const status = known?.status ?? 500;
  const waitMs = known instanceof RateLimitError ? known.retryAfterMs : null;
  return Response.json(api === "tei" ? teiError(told.message, status) : openAiError(told), {
    status,
    headers: {
      ...headers,
      ...retryAfter(status, waitMs),
      ...challenge(status),
    },
  });
}

/** A full queue empties within about a second; a spent minute says itself how long it lasts. */
function retryAfter(status: number, waitMs: number | null): Record<string, string> {
  if (status !== 503 && waitMs === null) return {};
  return { "retry-after": String(Math.ceil((waitMs ?? 1000) / 1000)) };
}

function challenge(status: number): Record<string, string> {
  return status === 401 ? { "www-authenticate": 'Bearer realm="embeddings"' } : {};
}

function refuseStranger(request: Request, options: EmbeddingAppOptions): Response | null {
  try {
    authenticate(request, options);
    return null;
  } catch (error) {
    return failure("openai", request, error, {});
  }
}

/** The key of a request; null where there are none and anybody may ask. */
function authenticate(request: Request, options: EmbeddingAppOptions): StoredKey | null {
  const keys = options.keys();
  if (keys.length === 0 && options.withoutKeys === "anybody") return null;
  const presented = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (presented === undefined) {
    throw new AuthenticationError("No API key: send it as `Authorization: Bearer cp-…`.");
  }
  const key = findKey(keys, presented);
  if (key === null)
    throw new AuthenticationError("The API key is not known here; ask whoever runs this server for one.");
  return key;
}
