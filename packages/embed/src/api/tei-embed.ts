/** `POST /embed` of Hugging Face's text-embeddings-inference: the subset that clients use to embed texts. */
import { z } from "zod";
import type { EncoderModel, TruncationPolicy } from "../encoder.ts";
import { InvalidInputError, TooLargeError } from "../errors.ts";
import { MAX_INPUTS } from "./openai-embeddings.ts";

const requestSchema = z.object({
  inputs: z.union([z.string(), z.array(z.string())]),
  normalize: z.literal(true).default(true),
  truncate: z.boolean().nullish(),
  truncation_direction: z.literal(["right", "Right"]).optional(),
  prompt_name: z.enum(["query", "document"]).nullish(),
  dimensions: z.int().positive().nullish(),
});

export interface TeiCall {
  readonly inputs: readonly string[];
  readonly inputType: "query" | "document" | null;
  readonly dimensions: number | null;
  /** null: the server's policy. */
  readonly truncate: TruncationPolicy | null;
}

/** Checks a parsed body. Vectors are always of length 1: `normalize: false` is refused rather than ignored. */
export function parseTeiCall(body: unknown, model: EncoderModel): TeiCall {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? "body");
    throw new InvalidInputError(`${field} is not as the /embed API wants it; see /openapi.json.`, field);
  }
  const request = parsed.data;
  const inputs = typeof request.inputs === "string" ? [request.inputs] : request.inputs;
  if (inputs.length === 0)
    throw new InvalidInputError("inputs is an empty list; send at least one text.", "inputs");
  if (inputs.length > MAX_INPUTS) {
    throw new TooLargeError(`inputs has ${inputs.length} texts; send at most ${MAX_INPUTS}.`, "inputs");
  }
  const empty = inputs.indexOf("");
  if (empty >= 0) throw new InvalidInputError(`inputs[${empty}] is an empty string.`, "inputs");
  const dimensions = request.dimensions ?? null;
  if (dimensions !== null && !model.dimensions.includes(dimensions)) {
    throw new InvalidInputError(
      `dimensions is ${dimensions}; this model offers ${model.dimensions.join(", ")}.`,
      "dimensions",
    );
  }
  return {
    inputs,
    inputType: request.prompt_name ?? null,
    dimensions,
    truncate: request.truncate == null ? null : request.truncate ? "end" : "error",
  };
}

/** text-embeddings-inference's error body. */
export function teiError(message: string, status: number): object {
  const types: Record<number, string> = {
    413: "Validation",
    422: "Tokenizer",
    429: "Overloaded",
    503: "Overloaded",
  };
  return { error: message, error_type: types[status] ?? (status < 500 ? "Validation" : "Backend") };
}
