import type { EmbedInput, EmbedOptions, EncoderModel } from "../encoder.ts";
import { EmbedError, InvalidInputError } from "../errors.ts";
import type { OpenModelOptions } from "./open-model.ts";

/** What the encoder's thread is told. Bodies travel as transferred buffers, never copied or parsed on the main thread. */
export type ToWorker =
  | {
      readonly kind: "embed";
      readonly id: number;
      readonly inputs: readonly EmbedInput[];
      readonly options: Omit<EmbedOptions, "signal">;
    }
  | { readonly kind: "answer"; readonly id: number; readonly request: RawRequest }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

/** An HTTP body with what is needed to answer it. */
export interface RawRequest {
  readonly api: "openai" | "tei";
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
  | { readonly kind: "answered"; readonly id: number; readonly answer: RawAnswer }
  | { readonly kind: "failed"; readonly id: number; readonly error: SentError }
  | { readonly kind: "closed" };

/** Data that the encoder's thread starts with. */
export interface WorkerData {
  readonly open: OpenModelOptions;
}

/** An error as it crosses threads. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly param: string | null;
  readonly status: number;
  readonly type: string;
  readonly code: string;
}

export function sendError(error: unknown): SentError {
  if (error instanceof EmbedError) {
    const { name, message, param, status, type, code } = error;
    return { name, message, param, status, type, code };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { name: "Error", message, param: null, status: 500, type: "server_error", code: "internal_error" };
}

/** An error that happened in the encoder's thread. */
export class RemoteEmbedError extends EmbedError {
  readonly status: number;
  readonly type: string;
  readonly code: string;

  constructor(sent: SentError) {
    super(sent.message, sent.param);
    this.name = sent.name;
    this.status = sent.status;
    this.type = sent.type;
    this.code = sent.code;
  }
}

export function receiveError(sent: SentError): Error {
  if (sent.name === "InvalidInputError") return new InvalidInputError(sent.message, sent.param);
  return new RemoteEmbedError(sent);
}
