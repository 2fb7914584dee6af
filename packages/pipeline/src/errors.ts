/** Base of every error this package throws on purpose. The message is one sentence that names the way out. */
export class PipelineError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another step writes at the moment. */
export class StepBusyError extends PipelineError {}

/** A signal ended the step between two batches; running it again goes on from there. */
export class StepInterruptedError extends PipelineError {}

/** A file broke off part of the way; what came before it is imported. */
export class BrokenImportError extends PipelineError {}

/** Options of a step that make no sense. */
export class StepOptionsError extends PipelineError {}

/** The folder of the data cannot be written. */
export class DataFolderError extends PipelineError {}

/** A running server answered a step with an error, or not at all. `remoteName` is the error's name over there. */
export class RemoteStepError extends PipelineError {
  readonly remoteName: string;

  constructor(message: string, remoteName: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.remoteName = remoteName;
  }
}

/** Throws StepInterruptedError with a sentence on how to go on when the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined, howToGoOn: string): void {
  if (signal?.aborted) throw new StepInterruptedError(`stopped on request; ${howToGoOn}`);
}
