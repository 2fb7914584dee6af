/** Errors of this package: each names the value, the reason and the way out; `status` and `code` are what HTTP answers. */
export abstract class EmbedError extends Error {
  abstract readonly status: number;
  /** OpenAI's error type. */
  abstract readonly type: string;
  abstract readonly code: string;
  /** The request field it is about. */
  readonly param: string | null;

  constructor(message: string, param: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.param = param;
    this.name = new.target.name;
  }
}

/** The caller sent something that can never work. */
export class InvalidInputError extends EmbedError {
  readonly status = 400;
  readonly type = "invalid_request_error";
  readonly code = "invalid_input";
}

/** The body or the list of inputs is over a limit. */
export class TooLargeError extends EmbedError {
  readonly status = 413;
  readonly type = "invalid_request_error";
  readonly code = "request_too_large";
}

/** No model of that name is served. */
export class UnknownModelError extends EmbedError {
  readonly status = 404;
  readonly type = "invalid_request_error";
  readonly code = "model_not_found";
}

/** No key, or a wrong one. */
export class AuthenticationError extends EmbedError {
  readonly status = 401;
  readonly type = "authentication_error";
  readonly code = "invalid_api_key";
}

/** The key has spent its requests or tokens. */
export class RateLimitError extends EmbedError {
  readonly status = 429;
  readonly type = "rate_limit_error";
  readonly code = "rate_limit_exceeded";
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** More work is waiting than the queue takes; try again shortly. */
export class OverloadedError extends EmbedError {
  readonly status = 503;
  readonly type = "server_error";
  readonly code = "overloaded";
}

/** The encoder is closing and takes no new work. */
export class ClosedError extends EmbedError {
  readonly status = 503;
  readonly type = "server_error";
  readonly code = "shutting_down";
}

/** The bundle cannot be used on this machine: corrupt, unreadable, larger than the free memory. */
export class ModelLoadError extends EmbedError {
  readonly status = 500;
  readonly type = "server_error";
  readonly code = "model_not_loaded";
}
