import { OverloadedError, TooLargeError } from "../errors.ts";

/**
 * Bytes of request bodies that a server holds at once. Bodies wait whole until the encoder takes them; without a bound
 * a crowd of large ones fills the memory before the first is answered.
 */
export class BodyBudget {
  readonly #maxBytes: number;
  #held = 0;

  /** @param maxBytes of all bodies together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held now. */
  get held(): number {
    return this.#held;
  }

  /**
   * Reads a request's body into a buffer of its own and holds it until `use` is over.
   *
   * @throws TooLargeError as soon as more than `maxBodyBytes` are announced or have arrived, OverloadedError when the
   *   other bodies leave no room for it
   */
  async with<T>(request: Request, maxBodyBytes: number, use: (body: ArrayBuffer) => Promise<T>): Promise<T> {
    const announced = Number(request.headers.get("content-length") ?? 0);
    if (announced > maxBodyBytes) throw tooLarge(maxBodyBytes);
    let held = 0;
    const hold = (bytes: number) => {
      // A body alone always fits: a bound that refused it could never be met.
      if (this.#held > held && this.#held + bytes > this.#maxBytes) {
        throw new OverloadedError("Too many large requests wait already; try again in a moment.");
      }
      this.#held += bytes;
      held += bytes;
    };
    try {
      hold(announced);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of request.body ?? []) {
        size += chunk.byteLength;
        if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
        if (size > held) hold(size - held);
        chunks.push(chunk);
      }
      return await use(join(chunks, size));
    } finally {
      this.#held -= held;
    }
  }
}

function join(chunks: readonly Uint8Array[], size: number): ArrayBuffer {
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body.buffer;
}

function tooLarge(maxBytes: number): TooLargeError {
  const megabytes = (maxBytes / 1e6).toFixed(0);
  return new TooLargeError(`The body is larger than ${megabytes} MB; send fewer texts in one request.`);
}
