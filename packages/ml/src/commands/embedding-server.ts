import { z } from "zod";
import { DataError } from "../data/data-error.ts";

const TIMEOUT_MS = 300_000;

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int().min(0), embedding: z.array(z.number()).min(1) })),
});

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

export interface EmbeddingServer {
  /** Up to and without `/embeddings`: `http://127.0.0.1:8000/v1` */
  readonly url: string;
  readonly model: string;
  /** Null: none. */
  readonly apiKey: string | null;
}

/**
 * Vectors of texts by a server that speaks OpenAI's embedding API, in the order of the texts.
 *
 * @throws DataError when it cannot be reached, answers with an error, or with anything but one vector for each text
 */
export async function requestEmbeddings(
  { url, model, apiKey }: EmbeddingServer,
  texts: readonly string[],
): Promise<Float32Array[]> {
  const address = `${url.replace(/\/+$/, "")}/embeddings`;
  const response = await fetch(address, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ model, input: texts, encoding_format: "float" }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    const isTimeout = cause instanceof DOMException && cause.name === "TimeoutError";
    const what = isTimeout ? `did not answer within ${TIMEOUT_MS / 1000} s` : "cannot be reached";
    throw new DataError(`The embedding server at ${address} ${what}.`, { cause });
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const { data } = errorSchema.safeParse(body);
    const reason = data === undefined ? "" : `: ${data.error.message}`;
    throw new DataError(`The embedding server at ${address} answered ${response.status}${reason}`);
  }
  const { data } = answerSchema.safeParse(body);
  if (data === undefined)
    throw new DataError(`The answer of ${address} is none of OpenAI's embedding API: check --url.`);
  const [length] = data.data.map(({ embedding }) => embedding.length);
  const other = data.data.find(({ embedding }) => embedding.length !== length);
  if (other !== undefined)
    throw new DataError(
      `The answer of ${address} has vectors of ${length} and of ${other.embedding.length} numbers.`,
    );
  const vectors = new Array<Float32Array | undefined>(texts.length).fill(undefined);
  for (const { index, embedding } of data.data) vectors[index] = Float32Array.from(embedding);
  return vectors.map((vector, i) => {
    if (vector === undefined || vectors.length > texts.length)
      throw new DataError(`The answer of ${address} lacks a vector for text ${i} of ${texts.length}.`);
    return vector;
  });
}
