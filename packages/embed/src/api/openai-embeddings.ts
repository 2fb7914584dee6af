/**
 * OpenAI's `POST /v1/embeddings`: the request's shape, the response's shape and the error's shape, as in its API
 * reference. We add `input_type` and accept token ids of our own vocabulary where OpenAI means those of cl100k.
 */
import { z } from "zod";
import type { EmbedInput, EncoderModel, InputType } from "../encoder.ts";
import { type EmbedError, InvalidInputError, TooLargeError, UnknownModelError } from "../errors.ts";

export const MAX_INPUTS = 2048;

const tokenIds = z.array(z.int().nonnegative());

const requestSchema = z.object({
  input: z.union([z.string(), z.array(z.string()), tokenIds, z.array(tokenIds)]),
  model: z.string(),
  encoding_format: z.enum(["float", "base64"]).default("float"),
  dimensions: z.int().positive().optional(),
  user: z.string().optional(),
  input_type: z.enum(["query", "document"]).optional(),
});

export interface EmbeddingsCall {
  readonly inputs: readonly EmbedInput[];
  /** As the caller wrote it; the response repeats it. */
  readonly model: string;
  readonly inputType: InputType | null;
  readonly encodingFormat: "float" | "base64";
  readonly dimensions: number | null;
}

/** Checks a parsed body against the API and the served model. */
export function parseEmbeddingsCall(body: unknown, model: EncoderModel): EmbeddingsCall {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw invalidBody(body, parsed.error);
  const request = parsed.data;
  const { dimensions = null } = request;
  if (dimensions !== null && !model.dimensions.includes(dimensions)) {
    const allowed = model.dimensions.join(", ");
    throw new InvalidInputError(`dimensions is ${dimensions}; this model offers ${allowed}.`, "dimensions");
  }
  return {
    inputs: toInputs(request.input, model),
    model: request.model,
    inputType: request.input_type ?? requestedInputType(request.model, model),
    encodingFormat: request.encoding_format,
    dimensions,
  };
}

/** The prefix that a model name asks for: `NAME-query`, `NAME-document`; NAME itself asks for none. */
function requestedInputType(name: string, model: EncoderModel): InputType | null {
  if (name === model.id) return null;
  if (name === `${model.id}-query`) return "query";
  if (name === `${model.id}-document`) return "document";
  throw unknownModel(name, model);
}

/** What tells a caller that asked for another model. */
export const unknownModel = (name: string, model: EncoderModel): UnknownModelError =>
  new UnknownModelError(
    `The model ${JSON.stringify(name)} is not served here; use ${JSON.stringify(model.id)}.`,
    "model",
  );

type RawInput = z.infer<typeof requestSchema>["input"];

function toInputs(input: RawInput, model: EncoderModel): EmbedInput[] {
  const list = typeof input === "string" || isTokenList(input) ? [input] : input;
  if (list.length === 0)
    throw new InvalidInputError("input is an empty list; send at least one text.", "input");
  if (list.length > MAX_INPUTS) {
    throw new TooLargeError(
      `input has ${list.length} texts; send at most ${MAX_INPUTS} in one request.`,
      "input",
    );
  }
  return list.map((item, index) => toInput(item, index, model));
}

function isTokenList(input: RawInput): input is number[] {
  return Array.isArray(input) && typeof input[0] === "number";
}

function toInput(item: string | readonly number[], index: number, model: EncoderModel): EmbedInput {
  if (item.length === 0) {
    const what = typeof item === "string" ? "an empty string" : "an empty list of tokens";
    throw new InvalidInputError(`input[${index}] is ${what}; leave it out or send text.`, "input");
  }
  if (typeof item === "string") return item;
  const outside = item.find((id) => id >= model.vocabSize);
  if (outside !== undefined) {
    throw new InvalidInputError(
      `input[${index}] holds the token id ${outside}; this model's ids end at ${model.vocabSize - 1}.`,
      "input",
    );
  }
  return Int32Array.from(item);
}

function invalidBody(body: unknown, error: z.ZodError): InvalidInputError {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return new InvalidInputError("The body must be a JSON object with `model` and `input`.");
  }
  const issue = error.issues[0];
  const field = String(issue?.path[0] ?? "body");
  const expected: Record<string, string> = {
    input: "a string, a list of strings, a list of token ids or a list of such lists",
    model: "the name of a model, as GET /v1/models lists them",
    encoding_format: '"float" or "base64"',
    dimensions: "a positive whole number",
    user: "a string",
    input_type: '"query" or "document"',
  };
  const value = (body as Record<string, unknown>)[field];
  const found = value === undefined ? "is missing" : `is ${shorten(JSON.stringify(value))}`;
  return new InvalidInputError(`${field} ${found}; it must be ${expected[field] ?? "as documented"}.`, field);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The response body. Base64 holds little-endian float32, as OpenAI's clients expect. */
export function embeddingsResponse(
  call: EmbeddingsCall,
  vectors: readonly Float32Array[],
  promptTokens: number,
): object {
  const encode =
    call.encodingFormat === "base64"
      ? (vector: Float32Array) =>
          Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64")
      : (vector: Float32Array) => Array.from(vector);
  return {
    object: "list",
    data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: encode(vector) })),
    model: call.model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/** OpenAI's error body. */
export function openAiError(error: Pick<EmbedError, "message" | "type" | "param" | "code">): object {
  const { message, type, param, code } = error;
  return { error: { message, type, param, code } };
}
