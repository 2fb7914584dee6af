import { TooLargeError } from "../errors.ts";

/**
 * The body's bytes in a buffer of their own.
 *
 * @throws TooLargeError as soon as more than `maxBytes` are announced or have arrived
 */
export async function readBody(request: Request, maxBytes: number): Promise<ArrayBuffer> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
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
