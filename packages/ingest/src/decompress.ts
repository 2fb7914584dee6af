import { createGunzip } from "node:zlib";
import { BrokenSourceError } from "./errors.ts";

/**
 * gunzip is fed this much at a time: at gzip's best ratio (about 1,000) one piece unfolds to 16 MB, so that a
 * bomb cannot take the memory.
 */
const PIECE_BYTES = 16_384;

/**
 * Plain bytes, whether `chunks` hold gzip (told by the magic bytes 1f 8b) or not. Everything that can be unfolded
 * is yielded before a BrokenSourceError says where the rest is broken.
 */
export async function* decompress(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let head: Buffer = Buffer.alloc(0);
    while (head.length < 2) {
      const next = await iterator.next();
      if (next.done) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    const isGzip = head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
    const all = withHead(head, iterator);
    yield* isGzip ? gunzip(all) : all;
  } finally {
    await iterator.return?.();
  }
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const unzip = createGunzip();
  const unfolded: Buffer[] = [];
  let failure: Error | null = null;
  let failed: () => void = () => {};
  unzip.on("data", (data: Buffer) => unfolded.push(data));
  unzip.on("error", (error) => {
    failure = error;
    failed();
  });
  const settle = (start: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      failed = resolve;
      if (failure) resolve();
      else start(resolve);
    });

  let consumed = 0;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && !failure; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        await settle((done) => unzip.write(piece, () => done()));
        if (!failure) consumed += piece.length;
        yield* unfolded.splice(0);
      }
      if (failure) break;
    }
    if (!failure) {
      await settle((done) => {
        unzip.once("end", done);
        unzip.end();
      });
      yield* unfolded.splice(0);
    }
    if (failure)
      throw new BrokenSourceError(
        `the gzip data are broken near byte ${consumed} (${gzipProblem(failure)})`,
        { cause: failure },
      );
  } finally {
    unzip.destroy();
  }
}

function gzipProblem(error: NodeJS.ErrnoException): string {
  return error.code === "Z_BUF_ERROR" ? "the file ends too early" : error.message;
}
