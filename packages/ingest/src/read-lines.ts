import { isUtf8 } from "node:buffer";
import { BrokenSourceError } from "./errors.ts";

/** The longest line that is read; the longest real one is 29 kB, the 3,303 authors of one paper take 150 kB. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
const EXCERPT_CHARACTERS = 200;

/** One line of a file. Exactly one of `text` and `problem` is set. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Position after the line and its `\n`, in decompressed bytes from the start of the file. */
  readonly endByte: number;
  readonly text: string | null;
  /** Why there is no text. */
  readonly problem: string | null;
  /** First 200 characters, as far as they can be shown. */
  readonly excerpt: string;
}

export interface LinePosition {
  readonly line: number;
  readonly byte: number;
}

/**
 * Splits at `\n` only (abstracts hold U+2028, which other splitters break at), takes one `\r` before it away, and a
 * byte order mark at the start of the file. Lines of blanks are counted and skipped. A line over `maxLineBytes` is
 * reported without being kept in memory. When the source breaks, what is left of the current line is reported as a
 * line with a problem and the error is thrown after it.
 *
 * @param from position of the first byte of `chunks` in the file.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  from: LinePosition = { line: 0, byte: 0 },
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncIterable<readonly Line[]> {
  let number = from.line;
  let byte = from.byte;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let lineBytes = 0;

  const add = (piece: Buffer) => {
    lineBytes += piece.length;
    const room = maxLineBytes - keptBytes;
    if (room <= 0) return;
    const part = piece.length > room ? piece.subarray(0, room) : piece;
    kept.push(part);
    keptBytes += part.length;
  };
  const finish = (newlineBytes: 0 | 1, broken: string | null): Line | null => {
    number += 1;
    byte += lineBytes + newlineBytes;
    const bytes = kept.length === 1 ? kept[0]! : Buffer.concat(kept);
    const isTooLong = lineBytes > maxLineBytes;
    const tooLong = isTooLong ? `the line has ${lineBytes} bytes; at most ${maxLineBytes} are read` : null;
    const line = toLine(bytes, number, byte, broken ?? tooLong);
    kept = [];
    keptBytes = 0;
    lineBytes = 0;
    return line;
  };

  try {
    for await (const chunk of chunks) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(10, start); end >= 0; end = chunk.indexOf(10, start)) {
        add(chunk.subarray(start, end));
        const line = finish(1, null);
        if (line) lines.push(line);
        start = end + 1;
      }
      // A copy of the rest: a slice would keep the whole chunk alive through a long line.
      if (start < chunk.length) add(Buffer.from(chunk.subarray(start)));
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    const broken = finish(0, (error as Error).message);
    if (broken) yield [broken];
    if (error instanceof BrokenSourceError) throw error;
    throw new BrokenSourceError(`reading stopped after line ${number}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (lineBytes > 0) {
    const last = finish(0, null);
    if (last) yield [last];
  }
}

function toLine(bytes: Buffer, number: number, endByte: number, problem: string | null): Line | null {
  if (problem !== null)
    return {
      number,
      endByte,
      text: null,
      problem,
      excerpt: excerptOf(bytes.toString("utf8", 0, 4 * EXCERPT_CHARACTERS)),
    };
  const withoutMark =
    number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const content = withoutMark.at(-1) === 13 ? withoutMark.subarray(0, -1) : withoutMark;
  if (!isUtf8(content)) {
    const excerpt = excerptOf(content.toString("utf8", 0, 4 * EXCERPT_CHARACTERS));
    return { number, endByte, text: null, problem: "the line is not valid UTF-8", excerpt };
  }
  const text = content.toString("utf8");
  if (text.trim() === "") return null;
  return { number, endByte, text, problem: null, excerpt: "" };
}

/** The start of a line for a reject report. */
export function excerptOf(text: string): string {
  return text.slice(0, EXCERPT_CHARACTERS).toWellFormed();
}
