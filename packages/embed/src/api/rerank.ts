/**
 * `POST /v1/rerank` in the form that Cohere and Jina gave it and that other servers and clients follow: texts in order of
 * how much of a query they say.
 */
import { z } from "zod";
import type { EncoderModel } from "../encoder.ts";
import { InvalidInputError, TooLargeError } from "../errors.ts";
import { unknownModel } from "./openai-embeddings.ts";

export const MAX_DOCUMENTS = 1000;

const requestSchema = z.object({
  model: z.string(),
  query: z.string(),
  documents: z.array(z.union([z.string(), z.object({ text: z.string() })])),
  top_n: z.int().positive().optional(),
  return_documents: z.boolean().default(false),
});

export interface RerankCall {
  readonly model: string;
  readonly query: string;
  readonly texts: readonly string[];
  /** How many results, at most all. */
  readonly topN: number;
  readonly returnsDocuments: boolean;
}

const EXPECTED: Readonly<Record<string, string>> = {
  model: "the name of the model, as GET /v1/models lists it",
  query: "a string",
  documents: 'a list of strings or of objects {"text": "…"}',
  top_n: "a positive whole number",
  return_documents: "true or false",
};

/** Checks a parsed body against the API and the served model. */
export function parseRerankCall(body: unknown, model: EncoderModel): RerankCall {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? "body");
    const expected = EXPECTED[field];
    throw expected === undefined
      ? new InvalidInputError("The body must be a JSON object with `model`, `query` and `documents`.")
      : new InvalidInputError(`${field} must be ${expected}.`, field);
  }
  const { model: name, query, documents, top_n: topN, return_documents: returnsDocuments } = parsed.data;
  if (name !== model.id) throw unknownModel(name, model);
  if (query.trim() === "") throw new InvalidInputError("query is empty; send what is asked.", "query");
  if (documents.length === 0)
    throw new InvalidInputError("documents is an empty list; send at least one text.", "documents");
  if (documents.length > MAX_DOCUMENTS) {
    throw new TooLargeError(
      `documents has ${documents.length} texts; send at most ${MAX_DOCUMENTS} in one request.`,
      "documents",
    );
  }
  const texts = documents.map((document) => (typeof document === "string" ? document : document.text));
  return { model: name, query, texts, topN: Math.min(topN ?? texts.length, texts.length), returnsDocuments };
}

/** The response body: the best first, equal ones in the order of the request. */
export function rerankResponse(call: RerankCall, scores: Float32Array, tokens: number): object {
  const order = [...scores.keys()].sort((left, right) => scores[right]! - scores[left]! || left - right);
  return {
    object: "list",
    model: call.model,
    results: order.slice(0, call.topN).map((index) => ({
      index,
      relevance_score: scores[index]!,
      ...(call.returnsDocuments ? { document: { text: call.texts[index]! } } : {}),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
