import { embeddingsResponse, openAiError, parseEmbeddingsCall } from "../api/openai-embeddings.ts";
import { parseRerankCall, rerankResponse } from "../api/rerank.ts";
import { parseTeiCall, teiError } from "../api/tei-embed.ts";
import type { Encoder } from "../encoder.ts";
import { EmbedError, InvalidInputError } from "../errors.ts";
import type { EmbeddingApi, RawAnswer, RawRequest } from "./worker-protocol.ts";

/**
 * Answers one HTTP body: parses, embeds, serialises. All three can take longer than an event loop should be blocked
 * for, so this runs in the encoder's thread. Aborts reject; every other failure is an answer.
 */
export async function answerRequest(
  encoder: Encoder,
  request: RawRequest,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> {
  try {
    const body = parseJson(request.body);
    return await ANSWERS[request.api](encoder, body, request, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    const told = tell(error);
    const answer = request.api === "tei" ? teiError(told.message, told.status) : openAiError(told);
    return { status: told.status, body: serialize(answer), inputs: 0, tokens: 0 };
  }
}

type Answer = (
  encoder: Encoder,
  body: unknown,
  request: RawRequest,
  signal: AbortSignal | undefined,
) => Promise<RawAnswer>;

const ANSWERS: Readonly<Record<EmbeddingApi, Answer>> = {
  openai: answerOpenAi,
  tei: answerTei,
  rerank: answerRerank,
};

/** What went wrong inside is for the log, not for strangers. */
function tell(error: unknown): Pick<EmbedError, "message" | "status" | "type" | "param" | "code"> {
  if (error instanceof EmbedError) return error;
  console.error("embedding failed:", error);
  const message = "The server could not embed this request; its log says why.";
  return { message, status: 500, type: "server_error", param: null, code: "internal_error" };
}

async function answerOpenAi(
  encoder: Encoder,
  body: unknown,
  { truncate }: RawRequest,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> {
  const call = parseEmbeddingsCall(body, encoder.model);
  const dimensions = call.dimensions ?? encoder.model.dimension;
  const { vectors, tokens } = await encoder.embed(call.inputs, {
    inputType: call.inputType,
    dimensions,
    truncate,
    signal,
  });
  const total = sum(tokens);
  const answer = embeddingsResponse(call, vectors, total);
  return { status: 200, body: serialize(answer), inputs: call.inputs.length, tokens: total };
}

async function answerTei(
  encoder: Encoder,
  body: unknown,
  { truncate }: RawRequest,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> {
  const call = parseTeiCall(body, encoder.model);
  const { vectors, tokens } = await encoder.embed(call.inputs, {
    inputType: call.inputType,
    dimensions: call.dimensions ?? encoder.model.dimension,
    truncate: call.truncate ?? truncate,
    signal,
  });
  const answer = serialize(vectors.map((vector) => Array.from(vector)));
  return { status: 200, body: answer, inputs: call.inputs.length, tokens: sum(tokens) };
}

async function answerRerank(
  encoder: Encoder,
  body: unknown,
  _request: RawRequest,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> {
  const call = parseRerankCall(body, encoder.model);
  const { scores, tokens } = await encoder.rerank(call.query, call.texts, { signal });
  const answer = serialize(rerankResponse(call, scores, tokens));
  return { status: 200, body: answer, inputs: call.texts.length, tokens };
}

function parseJson(body: ArrayBuffer): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new InvalidInputError("The body is not valid UTF-8; encode the JSON as UTF-8.", null, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`The body is not valid JSON (${reason.slice(0, 120)}).`, null, { cause });
  }
}

function serialize(value: unknown): ArrayBuffer {
  // A fresh buffer of its own, so that it can be transferred.
  return new TextEncoder().encode(JSON.stringify(value)).buffer as ArrayBuffer;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
