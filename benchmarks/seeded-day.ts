/**
 * The papers that the web benchmark reads: one announcement day of computer science as long as the longest days are,
 * and the day before it, in the format of ../shared/data/arxiv.jsonl.gz. Real records where that file is present
 * (only their listing day is changed), generated ones of the same shape otherwise; the same each time either way.
 */
import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

const DATA = resolve(import.meta.dirname, "../../shared/data/arxiv.jsonl.gz");

export const SEEDED_DAY = "2026-08-20";
export const DAY_BEFORE = "2026-08-19";

interface ArxivRow {
  readonly id: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly abstract: string;
  readonly categories: readonly string[];
  readonly listed: string;
}

export interface SeededPapers {
  readonly source: "../shared/data" | "generated";
  /** Lines to import. */
  readonly lines: readonly string[];
  /** arXiv ids by day, in the order of the lines. */
  readonly dayIds: readonly string[];
  readonly dayBeforeIds: readonly string[];
}

/** `dayCount` papers listed on `SEEDED_DAY` and `dayBeforeCount` on the day before, all of computer science. */
export async function seededPapers(dayCount: number, dayBeforeCount: number): Promise<SeededPapers> {
  const wanted = dayCount + dayBeforeCount;
  const isReal = existsSync(DATA);
  const rows = isReal ? await realRows(wanted) : generatedRows(wanted);
  const dated = rows.map((row, index) => ({ ...row, listed: index < dayCount ? SEEDED_DAY : DAY_BEFORE }));
  return {
    source: isReal ? "../shared/data" : "generated",
    lines: dated.map((row) => JSON.stringify(row)),
    dayIds: dated.slice(0, dayCount).map(({ id }) => id),
    dayBeforeIds: dated.slice(dayCount).map(({ id }) => id),
  };
}

async function realRows(wanted: number): Promise<ArxivRow[]> {
  const rows: ArxivRow[] = [];
  const stream = createReadStream(DATA);
  // Lines end at "\n" alone in this file; readline also splits at U+2028, so such a record fails to parse and is left out.
  for await (const line of createInterface({ input: stream.pipe(createGunzip()) })) {
    const row = parseRow(line);
    if (row?.categories[0]?.startsWith("cs.")) rows.push(row);
    if (rows.length === wanted) break;
  }
  stream.destroy();
  return rows;
}

function parseRow(line: string): ArxivRow | null {
  try {
    return JSON.parse(line) as ArxivRow;
  } catch {
    return null;
  }
}

const WORDS =
  "model data method learning training network language image graph robust efficient sparse attention policy agent reward sample error bound kernel gradient latent token query retrieval semantic structure scale inference prior noise signal adaptive causal temporal spatial benchmark evaluation alignment generation optimisation representation".split(
    " ",
  );
const FORMULAS = [
  "$O(n \\log n)$",
  "$\\mathbb{E}_{x \\sim p}[f(x)]$",
  "$\\|\\theta_t - \\theta^\\ast\\|_2^2 \\le \\epsilon$",
  "$k$",
  "$\\alpha = 0.05$",
];
const CATEGORIES = ["cs.CL", "cs.LG", "cs.CV", "cs.AI", "cs.RO", "cs.CR", "cs.IR", "cs.SE"];

/** Titles of 6 to 14 words, abstracts of 120 to 260 with some mathematics, 1 to 12 authors. */
function generatedRows(wanted: number): ArxivRow[] {
  const random = randomFrom(20260820);
  const below = (limit: number): number => Math.floor(random() * limit);
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[below(WORDS.length)]).join(" ");
  const sentence = (): string => {
    const text = words(10 + below(15));
    const formula = below(4) === 0 ? ` with ${FORMULAS[below(FORMULAS.length)]}` : "";
    return `${text[0]!.toUpperCase()}${text.slice(1)}${formula}.`;
  };
  return Array.from({ length: wanted }, (_, index) => ({
    id: `2608.${String(index + 1).padStart(5, "0")}`,
    title: words(6 + below(9)),
    authors: Array.from({ length: 1 + below(12) }, () => `${words(1)} ${words(1)}`),
    abstract: Array.from({ length: 7 + below(6) }, sentence).join(" "),
    categories: [...new Set([CATEGORIES[below(8)]!, CATEGORIES[below(8)]!])],
    published: "2026-08-18",
    listed: SEEDED_DAY,
  }));
}

/** Numbers in [0, 1): mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
