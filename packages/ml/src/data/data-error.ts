/** Data that cannot be used; the message names the file, the line and the way out. */
export class DataError extends Error {
  override readonly name = "DataError";
}
