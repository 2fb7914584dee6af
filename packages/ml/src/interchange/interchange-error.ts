/** A folder or a model that cannot be taken over from, or handed to, another library. */
export class InterchangeError extends Error {
  override readonly name = "InterchangeError";
}
