import { HostNotAllowedError, SourceAnswerError, SourceUnavailableError } from "./errors.ts";
import type { LimiterClock, RequestLimiter } from "./request-limiter.ts";

/** What a request to a source needs from the world. */
export interface SourceAccess {
  readonly fetch: typeof fetch;
  readonly limiter: RequestLimiter;
  readonly clock: LimiterClock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random: () => number;
  /** Name, version and a way to reach us: `CoolPapers/0.1 (https://…; mailto:…)`. */
  readonly userAgent: string;
  /** Hosts (with port, where it is not the scheme's own) that may be asked, redirects included. */
  readonly allowedHosts: readonly string[];
}

export interface PoliteRequest {
  readonly url: URL;
  readonly accept: string;
  /** Statuses besides 2xx whose body is an answer. */
  readonly answerStatuses?: readonly number[];
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Further tries after a busy answer. */
  readonly retries: number;
  /** Longest pause before another try; a source that asks for more gets its peace and the caller the error. */
  readonly maxPauseMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MAX_REDIRECTS = 3;
const BUSY_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const FIRST_PAUSE_MS = 3_000;

/**
 * The body of an answer as text. Every try, redirects too, takes its turn at the limiter; 429 and 5xx are tried again
 * after Retry-After or an exponential pause with jitter. Throws HostNotAllowedError, SourceUnavailableError
 * (retriable), SourceAnswerError, and the signal's reason.
 */
export async function fetchPolitely(access: SourceAccess, request: PoliteRequest): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await tryOnce(access, request);
    if ("text" in outcome) return outcome.text;
    const nowMs = access.clock.nowMs();
    const pauseMs =
      outcome.retryAtMs === null
        ? backOffMs(attempt, access.random())
        : Math.max(outcome.retryAtMs - nowMs, 0);
    await access.limiter.postpone(nowMs + pauseMs);
    if (attempt >= request.retries || pauseMs > request.maxPauseMs) {
      throw new SourceUnavailableError(`${request.url.host} is busy (${outcome.reason}); try again later`, {
        retryAt: new Date(nowMs + pauseMs),
        cause: outcome.cause,
      });
    }
    await access.clock.sleep(pauseMs, request.signal);
  }
}

/** 3 s, 6 s, 12 s, …, each between half and the whole of it. */
function backOffMs(attempt: number, random: number): number {
  return FIRST_PAUSE_MS * 2 ** attempt * (0.5 + random / 2);
}

type Outcome = { text: string } | { reason: string; retryAtMs: number | null; cause?: unknown };

async function tryOnce(access: SourceAccess, request: PoliteRequest): Promise<Outcome> {
  let { url } = request;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    requireAllowed(url, access.allowedHosts);
    const outcome = await access.limiter.run(() => ask(access, request, url), request.signal);
    if (!("location" in outcome)) return outcome;
    url = outcome.location;
  }
  throw new SourceAnswerError(`${request.url.host} redirects more than ${MAX_REDIRECTS} times`);
}

async function ask(
  access: SourceAccess,
  request: PoliteRequest,
  url: URL,
): Promise<Outcome | { location: URL }> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  try {
    const response = await access.fetch(url, {
      headers: { accept: request.accept, "user-agent": access.userAgent },
      redirect: "manual",
      signal,
    });
    return await readOutcome(response, url, request, access.clock.nowMs());
  } catch (error) {
    request.signal?.throwIfAborted();
    if (error instanceof SourceAnswerError) throw error;
    const reason = timeout.aborted
      ? `no answer within ${request.timeoutMs / 1000} s`
      : "the connection failed";
    return { reason, retryAtMs: null, cause: error };
  }
}

async function readOutcome(
  response: Response,
  url: URL,
  request: PoliteRequest,
  nowMs: number,
): Promise<Outcome | { location: URL }> {
  const location = response.headers.get("location");
  if (response.status >= 300 && response.status < 400 && location) {
    await response.body?.cancel();
    const target = URL.parse(location, url);
    if (!target) throw new SourceAnswerError(`${url.host} redirects to something that is no address`);
    return { location: target };
  }
  if (response.ok || request.answerStatuses?.includes(response.status)) {
    return { text: await readLimited(response, request.maxBytes, url) };
  }
  await response.body?.cancel();
  if (BUSY_STATUSES.has(response.status)) {
    return {
      reason: `status ${response.status}`,
      retryAtMs: parseRetryAfter(response.headers.get("retry-after"), nowMs),
    };
  }
  throw new SourceAnswerError(`${url.host} answered with status ${response.status}`);
}

/** Seconds or an HTTP date; null for anything else. */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? "";
  if (/^\d{1,8}$/u.test(text)) return nowMs + Number(text) * 1000;
  const atMs = /^[A-Z][a-z]{2}, \d{2} /u.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

async function readLimited(response: Response, maxBytes: number, url: URL): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes)
      throw new SourceAnswerError(`${url.host} answered with more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function requireAllowed(url: URL, hosts: readonly string[]): void {
  const isPlainWeb = url.protocol === "https:" || url.protocol === "http:";
  if (isPlainWeb && hosts.includes(url.host)) return;
  throw new HostNotAllowedError(
    `${url.protocol}//${url.host} is not among the hosts that may be asked (${hosts.join(", ")})`,
  );
}
