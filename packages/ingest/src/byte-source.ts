import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { UnreadableFileError } from "./errors.ts";

/** Bytes with a name: a file or a stream. Plain or gzip is not decided here. */
export interface ByteSource {
  /** For messages and for the reject file: a base name, or `stdin`. */
  readonly name: string;
  /** Bytes as stored (compressed when the file is), null when the length is not known. */
  readonly sizeBytes: number | null;
  /** Same content, same value; null when a position in it cannot be kept (a stream is gone once read). */
  readonly fingerprint: string | null;
  /** From the start. A stream can be opened only once. */
  open(): AsyncIterable<Buffer>;
}

const FINGERPRINT_BYTES = 65_536;
const CHUNK_BYTES = 262_144;

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "not allowed to read it",
  EPERM: "not allowed to read it",
  ENOTDIR: "a part of the path is not a folder",
  ELOOP: "too many symbolic links",
};

/**
 * A regular file. The fingerprint is its size and the hash of its first 64 kB: enough to tell whether a kept
 * position belongs to these bytes. Throws UnreadableFileError.
 */
export async function openFileSource(path: string): Promise<ByteSource> {
  try {
    const info = await stat(path);
    if (info.isDirectory())
      throw new UnreadableFileError(
        `${path} is a folder; name the files in it (for example ${path}/*.jsonl.gz)`,
      );
    if (!info.isFile())
      throw new UnreadableFileError(`${path} is not a regular file; pipe it in and name it "-"`);
    return {
      name: basename(path),
      sizeBytes: info.size,
      fingerprint: `${resolve(path)} ${info.size} ${await hashOfStart(path)}`,
      open: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    };
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new UnreadableFileError(`cannot read ${path}: ${FILE_PROBLEMS[code] ?? (error as Error).message}`, {
      cause: error,
    });
  }
}

/** Standard input, a request body, or any other stream that can be read once. */
export function streamSource(name: string, stream: AsyncIterable<Uint8Array>): ByteSource {
  let opened = false;
  return {
    name,
    sizeBytes: null,
    fingerprint: null,
    async *open() {
      if (opened) throw new UnreadableFileError(`${name} is a stream and can be read only once`);
      opened = true;
      for await (const chunk of stream) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    },
  };
}

async function hashOfStart(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FINGERPRINT_BYTES), 0, FINGERPRINT_BYTES, 0);
    return createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex").slice(0, 32);
  } finally {
    await file.close();
  }
}
