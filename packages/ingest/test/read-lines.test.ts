import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { streamSource } from "../src/byte-source.ts";
import { decompress } from "../src/decompress.ts";
import { BrokenSourceError } from "../src/errors.ts";
import { type Line, readLines } from "../src/read-lines.ts";

async function* pieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(
  bytes: Buffer | string,
  options: { size?: number; maxLineBytes?: number } = {},
): Promise<Line[]> {
  const lines: Line[] = [];
  const chunks = decompress(pieces(Buffer.from(bytes), options.size ?? 7));
  for await (const batch of readLines(chunks, undefined, options.maxLineBytes)) lines.push(...batch);
  return lines;
}

const textsOf = (lines: readonly Line[]) => lines.map((line) => line.text);

describe("readLines", () => {
  it("splits at \\n alone: U+2028, U+2029, U+0085 and a lone \\r stay inside a line", async () => {
    expect(textsOf(await linesOf("a\u2028b\u2029c\u0085d\re\nf"))).toEqual([
      "a\u2028b\u2029c\u0085d\re",
      "f",
    ]);
  });

  it("takes CRLF line ends and a byte order mark away", async () => {
    expect(textsOf(await linesOf("\ufeffone\r\ntwo\r\n"))).toEqual(["one", "two"]);
  });

  it("reads a last line without a line end, and nothing from an empty file", async () => {
    expect(textsOf(await linesOf("one\ntwo"))).toEqual(["one", "two"]);
    expect(await linesOf("")).toEqual([]);
    expect(await linesOf("x")).toHaveLength(1);
  });

  it("counts blank lines without reporting them", async () => {
    const lines = await linesOf("one\n\n  \nfour\n");
    expect(lines.map((line) => line.number)).toEqual([1, 4]);
  });

  it("gives the same lines whatever the sizes of the chunks", async () => {
    const text = 'first\n{"π": "ü漢字"}\r\n\nlast 𝔸 line';
    const whole = await linesOf(text, { size: 10_000 });
    for (const size of [1, 2, 3, 5, 11]) expect(await linesOf(text, { size })).toEqual(whole);
  });

  it("reports a position from which the rest can be read", async () => {
    const bytes = Buffer.from("eins\nzwei ü\ndrei\nvier\n");
    const [, second] = await linesOf(bytes);
    const rest: Line[] = [];
    const from = { line: second!.number, byte: second!.endByte };
    for await (const batch of readLines(pieces(bytes.subarray(second!.endByte), 3), from))
      rest.push(...batch);
    expect(textsOf(rest)).toEqual(["drei", "vier"]);
    expect(rest.map((line) => line.number)).toEqual([3, 4]);
  });

  it("rejects invalid UTF-8 with the line's number and goes on", async () => {
    const lines = await linesOf(
      Buffer.concat([Buffer.from("ok\nb"), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from("d\nok2\n")]),
    );
    expect(lines.map((line) => [line.number, line.problem])).toEqual([
      [1, null],
      [2, "the line is not valid UTF-8"],
      [3, null],
    ]);
  });

  it("rejects an over-long line without keeping it, and goes on", async () => {
    const lines = await linesOf(`short\n${"x".repeat(500)}\nshort again\n`, { size: 16, maxLineBytes: 100 });
    expect(textsOf(lines)).toEqual(["short", null, "short again"]);
    expect(lines[1]?.problem).toContain("500 bytes");
    expect(lines[1]?.excerpt).toBe("x".repeat(100));
  });
});

describe("gzip", () => {
  it("is told by its magic bytes, in one member or several", async () => {
    const members = Buffer.concat([gzipSync("one\ntw"), gzipSync("o\nthree\n")]);
    expect(textsOf(await linesOf(members))).toEqual(["one", "two", "three"]);
  });

  it("gives every line before the break of a truncated file, then says where it broke", async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${(i * 2654435761) % 997}`).join("\n");
    const bytes = gzipSync(text);
    const lines: Line[] = [];
    const reading = async () => {
      for await (const batch of readLines(decompress(pieces(bytes.subarray(0, bytes.length / 2), 4096))))
        lines.push(...batch);
    };
    await expect(reading()).rejects.toThrow(BrokenSourceError);
    const good = lines.filter((line) => line.text !== null);
    expect(good.length).toBeGreaterThan(5_000);
    expect(good.map((line) => line.text)).toEqual(text.split("\n").slice(0, good.length));
    expect(lines.at(-1)?.problem).toContain("the file ends too early");
  });

  it("reports damaged data in the middle", async () => {
    const bytes = gzipSync("some lines\n".repeat(5_000));
    bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 8);
    await expect(linesOf(bytes)).rejects.toThrow(/gzip data are broken near byte \d+/);
  });
});

describe("streamSource", () => {
  it("can be read once only", async () => {
    const source = streamSource("stdin", pieces(Buffer.from("x"), 1));
    for await (const _ of source.open());
    await expect(async () => {
      for await (const _ of source.open());
    }).rejects.toThrow("can be read only once");
  });
});
