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
      if (announced > 0 && announced <= AT_ONCE_BYTES) return await use(await request.arrayBuffer());
      const body = new GatheredBody(announced);
      for await (const chunk of request.body ?? []) {
        const size = body.size + chunk.byteLength;
        if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
        if (size > held) hold(size - held);
        body.add(chunk);
      }
      return await use(body.end());
    } finally {
      this.#held -= held;
    }
  }
}

/** Bodies up to this length are read without a stream, which costs a small request more than all else in this thread. */
const AT_ONCE_BYTES = 65_536;

/**
 * A body in one buffer while it arrives. Chunks are copied as they come, one turn of the event loop each: joining 16 MB
 * at the end would hold it up for all of them at once.
 */
class GatheredBody {
  size = 0;
  #bytes: Uint8Array<ArrayBuffer>;

  /** @param announced length that the client stated; 0 where it stated none */
  constructor(announced: number) {
    this.#bytes = new Uint8Array(announced);
  }

  add(chunk: Uint8Array): void {
    const needed = this.size + chunk.byteLength;
    if (needed > this.#bytes.byteLength) this.#resize(Math.max(needed, 2 * this.size));
    this.#bytes.set(chunk, this.size);
    this.size = needed;
  }

  end(): ArrayBuffer {
    if (this.size < this.#bytes.byteLength) this.#resize(this.size);
    return this.#bytes.buffer;
  }

  #resize(bytes: number): void {
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(bytes));
  }
}

function tooLarge(maxBytes: number): TooLargeError {
  const megabytes = (maxBytes / 1e6).toFixed(0);
  return new TooLargeError(`The body is larger than ${megabytes} MB; send fewer texts in one request.`);
}
