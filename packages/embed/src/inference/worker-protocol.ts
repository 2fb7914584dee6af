import type { EmbedInput, EmbedOptions, EncoderModel } from "../encoder.ts";
import {
  ClosedError,
  EmbedError,
  InvalidInputError,
  ModelLoadError,
  OverloadedError,
  TooLargeError,
  UnknownModelError,
} from "../errors.ts";
import type { OpenModelOptions } from "./open-model.ts";

/** What the encoder's thread is told. Bodies travel as transferred buffers, never copied or parsed on the main thread. */
export type ToWorker =
  | {
      readonly kind: "embed";
      readonly id: number;
      readonly inputs: readonly EmbedInput[];
      readonly options: Omit<EmbedOptions, "signal">;
    }
  | {
      readonly kind: "rerank";
      readonly id: number;
      readonly query: string;
      readonly texts: readonly string[];
    }
  | { readonly kind: "answer"; readonly id: number; readonly request: RawRequest }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

/** OpenAI's embeddings, text-embeddings-inference's, or reranking. */
export type EmbeddingApi = "openai" | "tei" | "rerank";

/** An HTTP body with what is needed to answer it. */
export interface RawRequest {
  readonly api: EmbeddingApi;
  readonly body: ArrayBuffer;
  readonly truncate: "end" | "error";
}

/** An HTTP answer, serialised, and what it cost. */
export interface RawAnswer {
  readonly status: number;
  readonly body: ArrayBuffer;
  readonly inputs: number;
  readonly tokens: number;
}

export type FromWorker =
  | { readonly kind: "ready"; readonly model: EncoderModel }
  | { readonly kind: "refused"; readonly error: SentError }
  | {
      readonly kind: "embedded";
      readonly id: number;
      /** [inputs, dimensions], row-major */
      readonly vectors: Float32Array;
      readonly tokens: readonly number[];
    }
  | { readonly kind: "reranked"; readonly id: number; readonly scores: Float32Array; readonly tokens: number }
  | { readonly kind: "answered"; readonly id: number; readonly answer: RawAnswer }
  | { readonly kind: "failed"; readonly id: number; readonly error: SentError }
  | { readonly kind: "closed" };

/** Data that the encoder's thread starts with. */
export interface WorkerData {
  readonly open: OpenModelOptions;
}

/** An error as it crosses threads: the other side makes it anew. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly param: string | null;
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), param: null };
  return {
    name: error.name,
    message: error.message,
    param: error instanceof EmbedError ? error.param : null,
  };
}

/** Errors that the encoder's thread may send; anything else arrives as a plain Error. */
const SENT_ERRORS: Readonly<Record<string, new (message: string, param: string | null) => EmbedError>> = {
  ClosedError,
  InvalidInputError,
  ModelLoadError,
  OverloadedError,
  TooLargeError,
  UnknownModelError,
};

export function receiveError({ name, message, param }: SentError): Error {
  const Known = SENT_ERRORS[name];
  return Known === undefined ? new Error(message) : new Known(message, param);
}
