/** Base of every error this package throws on purpose; `retriable` says whether the same call may work later. */
export class IngestError extends Error {
  readonly retriable: boolean;

  constructor(message: string, options: { retriable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.retriable = options.retriable ?? false;
  }
}

/** The file cannot be opened or is not a file at all. */
export class UnreadableFileError extends IngestError {}

/** The bytes stop making sense part of the way (broken gzip, a disk error): everything before was delivered. */
export class BrokenSourceError extends IngestError {}

/** A format name that is not in the table of formats. */
export class UnknownFormatError extends IngestError {}

/** An address that this package must not fetch: its host is not on the source's list. */
export class HostNotAllowedError extends IngestError {}

/** The source cannot answer now (busy, throttling, timed out). `retryAt` is when to ask again, if it said so. */
export class SourceUnavailableError extends IngestError {
  readonly retryAt: Date | null;

  constructor(message: string, options: { retryAt?: Date | null; cause?: unknown } = {}) {
    super(message, { retriable: true, cause: options.cause });
    this.retryAt = options.retryAt ?? null;
  }
}

/** The source answered, and the answer is an error or not what its format promises. */
export class SourceAnswerError extends IngestError {}
