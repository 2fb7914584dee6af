import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { teach } from "../../src/commands/teach.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { TEACHER_DIMENSIONS } from "../../src/data/teacher-vectors.ts";

const SERVED_DIMENSIONS = 200;
const KNOWN_LINES = 300;

/** What the made-up teacher thinks of a text, in the stored directions. */
function meaning(text: string): Float32Array {
  let seed = 7;
  for (let i = 0; i < text.length; i++) seed = Math.imul(seed ^ text.charCodeAt(i), 0x01000193);
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: TEACHER_DIMENSIONS }, () => random.next() - 0.5);
}

const mixing = (() => {
  const random = new SeededRandom(3);
  return Array.from({ length: SERVED_DIMENSIONS }, () =>
    Float32Array.from({ length: TEACHER_DIMENSIONS }, () => random.next() - 0.5),
  );
})();

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

let folder: string;
let server: Server;
let url: string;
let requests: string[][];
let answer: (texts: string[]) => { status: number; body: unknown };

const served = (vectorOf: (text: string) => number[]) => (texts: string[]) => ({
  status: 200,
  body: { data: texts.map((text, index) => ({ index, embedding: vectorOf(text) })).reverse() },
});
const teacherVector = (text: string) => mixing.map((row) => dot(row, meaning(text)));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "teach-"));
  await mkdir(join(folder, "teacher"));
  const known = Array.from({ length: KNOWN_LINES }, (_, i) => `第${i}句`);
  const bytes = known.flatMap((text) => Array.from(meaning(text), (value) => Math.round(value * 254)));
  await writeFile(join(folder, "teacher/zh.txt"), `${known.join("\n")}\n`);
  await writeFile(join(folder, "teacher/zh.e.i8"), Int8Array.from(bytes));
  requests = [];
  answer = served(teacherVector);
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { input } = JSON.parse(text) as { input: string[] };
    requests.push(input);
    const { status, body } = answer(input);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function teachLines(lines: string[]) {
  const textPath = join(folder, "more.txt");
  await writeFile(textPath, `${lines.join("\n")}\n`);
  return teach({ dataDir: folder, textPath, url, model: "e", apiKey: null, prefix: "", batchSize: 16 });
}

const newLines = Array.from({ length: 50 }, (_, i) => `新的一句${i}`);

test("new sentences get the teacher's vectors in the stored directions, whatever the order of the answer", async () => {
  const { path, lines, agreement } = await teachLines(newLines);
  expect(path).toBe(join(folder, "more.e.i8"));
  expect(lines).toBe(50);
  expect(agreement).toBeGreaterThan(0.98);
  const bytes = new Int8Array((await readFile(path)).buffer);
  expect(bytes.length).toBe(50 * TEACHER_DIMENSIONS);
  for (const [i, line] of newLines.entries()) {
    const row = bytes.subarray(i * TEACHER_DIMENSIONS, (i + 1) * TEACHER_DIMENSIONS);
    const wanted = meaning(line);
    expect(dot(row, wanted) / Math.sqrt(dot(row, row) * dot(wanted, wanted))).toBeGreaterThan(0.97);
  }
});

test("a run that the server ended goes on where it stopped, and ends with the same bytes", async () => {
  const whole = await readFile((await teachLines(newLines)).path);
  await rm(join(folder, "more.e.i8"));
  answer = (texts) =>
    texts.includes(newLines[40]!)
      ? { status: 503, body: { error: { message: "out of memory" } } }
      : served(teacherVector)(texts);
  await expect(teachLines(newLines)).rejects.toThrow(/answered 503: out of memory/);
  await expect(stat(join(folder, "more.e.i8"))).rejects.toThrow();
  answer = served(teacherVector);
  requests = [];
  const { path } = await teachLines(newLines);
  expect(requests.flat()).not.toContain(newLines[0]);
  expect(requests.flat()).toContain(newLines[40]);
  expect(await readFile(path)).toEqual(whole);
});

test("what an ended run left does not serve other lines", async () => {
  answer = (texts) =>
    texts.includes(newLines[40]!) ? { status: 500, body: null } : served(teacherVector)(texts);
  await expect(teachLines(newLines)).rejects.toThrow(/answered 500$/);
  answer = served(teacherVector);
  requests = [];
  const { path } = await teachLines(["另一句", ...newLines.slice(1)]);
  expect(requests.flat()).toContain("另一句");
  const [row, wanted] = [
    new Int8Array((await readFile(path)).buffer, 0, TEACHER_DIMENSIONS),
    meaning("另一句"),
  ];
  expect(dot(row, wanted) / Math.sqrt(dot(row, row) * dot(wanted, wanted))).toBeGreaterThan(0.97);
});

test("vectors of different lengths are refused", async () => {
  answer = (texts) => served((text) => teacherVector(text).slice(text === texts[3] ? 1 : 0))(texts);
  await expect(teachLines(newLines)).rejects.toThrow(/vectors of 200 and of 199 numbers/);
});

test("a server of another model is refused, with what it should be", async () => {
  answer = served((text) => Array.from(meaning(`${text}, quite different`)));
  await expect(teachLines(newLines)).rejects.toThrow(/is not teacher e: .*cosine of .*multilingual-e5-small/);
});

test.each([
  ["an empty line", ["好", "", "坏"], /Line 2 of .*more\.txt is empty/],
  ["no line", [], /Line 1 of .*more\.txt is empty/],
])("%s is refused before anything is asked", async (_name, lines, message) => {
  await expect(teachLines(lines)).rejects.toThrow(message);
  expect(requests).toEqual([]);
});

test("an answer that is none, or lacks a vector, is refused", async () => {
  answer = () => ({ status: 200, body: { vectors: [] } });
  await expect(teachLines(newLines)).rejects.toThrow(/none of OpenAI's embedding API/);
  answer = (texts) => served(teacherVector)(texts.slice(1));
  await expect(teachLines(newLines)).rejects.toThrow(/lacks a vector for text 15 of 16/);
});

test("a server that is not there is named", async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(teachLines(newLines)).rejects.toThrow(
    /embedding server at .*\/v1\/embeddings cannot be reached/,
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
