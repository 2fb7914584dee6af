import { createHash } from "node:crypto";
import { open, rename, stat } from "node:fs/promises";
import type { Matrix } from "ml-matrix";
import { DataError } from "../data/data-error.ts";
import { readLines } from "../data/json-lines.ts";
import { applyLinearMap, fitLinearMap } from "../data/linear-map.ts";
import { SeededRandom } from "../data/seeded-random.ts";
import {
  readTeacherKeys,
  readTeacherVectors,
  TEACHER_DIMENSIONS,
  vectorsPath,
} from "../data/teacher-vectors.ts";
import { type EmbeddingServer, requestEmbeddings } from "./embedding-server.ts";

export interface TeachOptions extends EmbeddingServer {
  readonly dataDir: string;
  /** Lines of text, NAME.txt; the vectors go to NAME.e.i8. */
  readonly textPath: string;
  /** What the teacher wants before a text, when the server does not put it there. */
  readonly prefix: string;
  readonly batchSize: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Taught {
  readonly path: string;
  readonly lines: number;
  /** Mean cosine with the stored vectors on lines of zh.txt that the map was not fitted on. */
  readonly agreement: number;
}

const FITTED_LINES = 1600;
const CHECKED_LINES = 200;
const LEAST_AGREEMENT = 0.95;

/**
 * Vectors of further sentences by teacher e, in the 192 directions of its stored vectors. Those are a linear map of
 * the model's own, which is found by having the server embed lines of `teacher/zh.txt` whose vectors are stored. Goes
 * on where a run that ended on the same lines stopped.
 *
 * @throws DataError when the server fails, serves another model, or a line is empty
 */
export async function teach(options: TeachOptions): Promise<Taught> {
  const { textPath, batchSize, prefix, onProgress } = options;
  const lines: string[] = [];
  for await (const line of readLines(textPath)) {
    if (line.trim() === "") throw new DataError(`Line ${lines.length + 1} of ${textPath} is empty.`);
    lines.push(line);
  }
  if (lines.length === 0) throw new DataError(`${textPath} has no line.`);
  const embed = (texts: readonly string[]) =>
    requestEmbeddings(
      options,
      texts.map((text) => prefix + text),
    );
  const { map, agreement } = await fitToStored(options, embed);
  const path = vectorsPath(textPath, "e");
  // Another text, model or prefix has another name: rows of one run never stand beside lines of another.
  const run = createHash("sha256")
    .update(JSON.stringify([options.model, prefix, lines]))
    .digest("hex");
  const part = `${path}.${run.slice(0, 12)}.part`;
  const bytes = await stat(part).then(
    ({ size }) => size,
    () => 0,
  );
  const done = Math.min(Math.floor(bytes / TEACHER_DIMENSIONS), lines.length);
  const file = await open(part, done === 0 ? "w" : "r+");
  try {
    await file.truncate(done * TEACHER_DIMENSIONS);
    for (let start = done; start < lines.length; start += batchSize) {
      const vectors = await embed(lines.slice(start, start + batchSize));
      const rows = new Int8Array(vectors.length * TEACHER_DIMENSIONS);
      vectors.forEach((vector, i) => {
        rows.set(signedBytes(applyLinearMap(vector, map)), i * TEACHER_DIMENSIONS);
      });
      await file.write(rows, 0, rows.length, start * TEACHER_DIMENSIONS);
      onProgress?.(start + vectors.length, lines.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
  return { path, lines: lines.length, agreement };
}

async function fitToStored(
  { dataDir, url, batchSize }: TeachOptions,
  embed: (texts: readonly string[]) => Promise<Float32Array[]>,
): Promise<{ map: Matrix; agreement: number }> {
  const keys = await readTeacherKeys(dataDir, "zh.txt");
  const stored = await readTeacherVectors(dataDir, "zh", "e", keys.length);
  const rows = new SeededRandom(1)
    .shuffle(Int32Array.from(keys.keys()))
    .subarray(0, FITTED_LINES + CHECKED_LINES);
  const served: Float32Array[] = [];
  for (let start = 0; start < rows.length; start += batchSize)
    served.push(...(await embed([...rows.subarray(start, start + batchSize)].map((row) => keys[row]!))));
  const wanted = [...rows].map((row) => {
    const vector = new Float32Array(TEACHER_DIMENSIONS);
    stored.writeUnit(row, vector, 0);
    return vector;
  });
  // A tenth at least is for checking, where the stored file is small.
  const checked = Math.min(CHECKED_LINES, Math.ceil(rows.length / 10));
  const map = fitLinearMap(served.slice(checked), wanted.slice(checked));
  let sum = 0;
  for (let i = 0; i < checked; i++) sum += cosine(applyLinearMap(served[i]!, map), wanted[i]!);
  const agreement = sum / checked;
  if (!(agreement >= LEAST_AGREEMENT))
    throw new DataError(
      `What ${url} serves is not teacher e: on lines of teacher/zh.txt its vectors reach a cosine of ${agreement.toFixed(3)} ` +
        'with the stored ones at best. Serve multilingual-e5-small, and mind its prefix (--prefix "query: ").',
    );
  return { map, agreement };
}

/** The largest number becomes ±127; only the direction counts. */
function signedBytes(vector: Float32Array): Int8Array {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Int8Array.from(vector, (value) => Math.round((127 * value) / largest));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squares += a[i]! ** 2;
  }
  return product / Math.sqrt(squares);
}
