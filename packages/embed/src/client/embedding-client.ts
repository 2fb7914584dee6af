import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { InputType } from "../encoder.ts";

/** The embedding server could not be reached or refused; `retryable` tells whether the same call may succeed later. */
export class EmbeddingClientError extends Error {
  override readonly name = "EmbeddingClientError";
  readonly status: number | null;
  readonly retryable: boolean;

  constructor(message: string, status: number | null, retryable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.retryable = retryable;
  }
}

export interface EmbeddingClientOptions {
  /** Address of an embedding server of this package, with or without `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly model: string;
  /** Tries in all, the first included. Default 4. */
  readonly attempts?: number;
  /** One try's limit. Default 30,000. */
  readonly timeoutMs?: number;
  /** Texts in one request. Default 64. */
  readonly batchSize?: number;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
  /** Waits; passed in so that tests need not. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

export interface EmbedCallOptions {
  readonly inputType?: InputType | null;
  readonly dimensions?: number;
  readonly signal?: AbortSignal | undefined;
}

const responseSchema = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.string() })),
});

const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string(), reranks: z.boolean().optional() })),
});

const rerankSchema = z.object({
  results: z.array(z.object({ index: z.int().nonnegative(), relevance_score: z.number() })),
});

/** What a server says of the model that it serves. */
export interface ServedModel {
  readonly id: string;
  /** Servers of other makers do not say it, and count as no. */
  readonly reranks: boolean;
}

const MAX_BACK_OFF_MS = 10_000;

/** A typed client of the embedding API. Embedding has no side effects, so every passing failure is tried again. */
export class EmbeddingClient {
  readonly #options: Required<Omit<EmbeddingClientOptions, "apiKey">> & { apiKey: string | null };

  constructor(options: EmbeddingClientOptions) {
    this.#options = {
      attempts: 4,
      timeoutMs: 30_000,
      batchSize: 64,
      fetch: globalThis.fetch,
      random: Math.random,
      sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
      ...options,
      baseUrl: withoutVersion(options.baseUrl),
    };
  }

  /**
   * The first model that a server lists.
   *
   * @throws EmbeddingClientError when the server does not answer, refuses the key, or lists none
   */
  static async firstModel(
    server: Pick<EmbeddingClientOptions, "baseUrl" | "apiKey" | "fetch">,
  ): Promise<ServedModel> {
    const url = `${withoutVersion(server.baseUrl)}/v1/models`;
    const headers = server.apiKey === null ? {} : { authorization: `Bearer ${server.apiKey}` };
    const request = server.fetch ?? globalThis.fetch;
    const response = await request(url, { headers, signal: AbortSignal.timeout(10_000) }).catch(
      (cause: unknown) => {
        throw new EmbeddingClientError(`The embedding server ${url} could not be reached.`, null, true, {
          cause,
        });
      },
    );
    const body = parseJson(await response.text().catch(() => ""));
    if (!response.ok) throw refused(url, response, body);
    const listed = modelsSchema.safeParse(body);
    const first = listed.success ? listed.data.data[0] : undefined;
    if (first === undefined) throw new EmbeddingClientError(`${url} lists no model.`, response.status, false);
    return { id: first.id, reranks: first.reranks ?? false };
  }

  /**
   * Unit vectors of the texts, in order.
   *
   * @throws EmbeddingClientError when the server refuses, or stays out of reach over all tries
   */
  async embed(texts: readonly string[], options: EmbedCallOptions = {}): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += this.#options.batchSize) {
      const batch = texts.slice(start, start + this.#options.batchSize);
      vectors.push(...(await this.#embedBatch(batch, options)));
    }
    return vectors;
  }

  /**
   * How much of the query each text says, in the order of the texts.
   *
   * @throws EmbeddingClientError when the server refuses, does not rerank, or stays out of reach over all tries
   */
  async rerank(
    query: string,
    texts: readonly string[],
    { signal }: Pick<EmbedCallOptions, "signal"> = {},
  ): Promise<Float32Array> {
    if (texts.length === 0) return new Float32Array(0);
    const { model } = this.#options;
    const { url, body } = await this.#persist(
      () => this.#post("/v1/rerank", { model, query, documents: texts }, signal),
      signal,
    );
    return decodeScores(url, texts.length, body);
  }

  async #embedBatch(texts: readonly string[], options: EmbedCallOptions): Promise<Float32Array[]> {
    const { inputType, dimensions, signal } = options;
    const { model } = this.#options;
    const { url, body } = await this.#persist(
      () =>
        this.#post(
          "/v1/embeddings",
          {
            model: inputType ? `${model}-${inputType}` : model,
            input: texts,
            encoding_format: "base64",
            ...(dimensions === undefined ? {} : { dimensions }),
          },
          signal,
        ),
      signal,
    );
    return decode(url, texts.length, body);
  }

  /** Tries again what may pass. */
  async #persist<T>(request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        signal?.throwIfAborted();
        const retryable = error instanceof EmbeddingClientError && error.retryable;
        if (!retryable || attempt >= this.#options.attempts) throw error;
        await this.#options.sleep(this.#backOffMs(attempt, error), signal);
      }
    }
  }

  /** Full jitter over an exponential span (Brooker 2015), or what the server asked for. */
  #backOffMs(attempt: number, error: unknown): number {
    const asked = (error as { retryAfterMs?: number }).retryAfterMs;
    if (asked !== undefined) return Math.min(asked, MAX_BACK_OFF_MS);
    return this.#options.random() * Math.min(MAX_BACK_OFF_MS, 200 * 2 ** attempt);
  }

  async #post(path: string, content: object, signal: AbortSignal | undefined) {
    const { baseUrl, apiKey, timeoutMs } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const url = `${baseUrl}${path}`;
    let response: Response;
    let body: unknown;
    try {
      response = await this.#options.fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify(content),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const text = await response.text();
      body = parseJson(text);
    } catch (cause) {
      signal?.throwIfAborted();
      const reason = timeout.aborted ? `did not answer within ${timeoutMs} ms` : "could not be reached";
      throw new EmbeddingClientError(`The embedding server ${url} ${reason}.`, null, true, { cause });
    }
    if (!response.ok) throw refused(url, response, body);
    return { url, body };
  }
}

/** OpenAI's clients are given `…/v1`; both forms mean the same server. */
function withoutVersion(address: string): string {
  return address.replace(/\/+$/, "").replace(/\/v1$/, "");
}

/** null for what is no JSON: a proxy's error page tells by its status whether to try again. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(url: string, response: Response, body: unknown): EmbeddingClientError {
  const said = (body as { error?: { message?: string } } | null)?.error?.message ?? "no reason given";
  const retryable = response.status === 429 || response.status >= 500;
  const error = new EmbeddingClientError(
    `${url} answered ${response.status}: ${said}`,
    response.status,
    retryable,
  );
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 0 ? Object.assign(error, { retryAfterMs: seconds * 1000 }) : error;
}

function decodeScores(url: string, expected: number, body: unknown): Float32Array {
  const parsed = rerankSchema.safeParse(body);
  const rows = parsed.success ? parsed.data.results : [];
  const scores = new Float32Array(expected).fill(Number.NaN);
  for (const { index, relevance_score: score } of rows) if (index < expected) scores[index] = score;
  if (rows.length !== expected || !scores.every(Number.isFinite))
    throw new EmbeddingClientError(`${url} did not answer with one score for each text.`, 200, false);
  return scores;
}

function decode(url: string, expected: number, body: unknown): Float32Array[] {
  const parsed = responseSchema.safeParse(body);
  const rows = parsed.success ? [...parsed.data.data].sort((a, b) => a.index - b.index) : [];
  if (rows.length !== expected || rows.some(({ index }, at) => index !== at)) {
    throw new EmbeddingClientError(`${url} did not answer as OpenAI's embeddings API does.`, 200, false);
  }
  const vectors = rows.map(({ embedding }) => {
    const bytes = Buffer.from(embedding, "base64");
    // The pooled buffer may start anywhere; float32 needs an aligned copy.
    return new Float32Array(new Uint8Array(bytes.subarray(0, bytes.length & ~3)).buffer);
  });
  const size = vectors[0]?.length ?? 0;
  if (vectors.some((vector) => vector.length !== size || size === 0 || !vector.every(Number.isFinite))) {
    throw new EmbeddingClientError(`${url} sent vectors that are empty, uneven or not finite.`, 200, false);
  }
  return vectors;
}
