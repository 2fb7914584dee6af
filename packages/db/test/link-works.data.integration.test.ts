/**
 * How well titles and authors alone find the same paper in two places, on the shared data: the ids that venue lists
 * state are hidden from the linking and then used as the truth. Only pairs of which both records are in the data count.
 */
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { parseArxivId, printPaperId } from "@cool-papers/core";
import { expect, test } from "vitest";
import { groupWorks, type WorkCandidate } from "../src/group-works.ts";
import { titleKey } from "../src/paper-row.ts";

const DATA = join(import.meta.dirname, "../../../../shared/data");
const ARXIV = join(DATA, "arxiv.jsonl.gz");
const VENUES = join(DATA, "venues.jsonl.gz");
const TIMEOUT_MS = 300_000;

interface Row {
  readonly id: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly id_scheme?: string;
  readonly venue?: string;
  readonly year?: number;
  readonly other_ids?: Readonly<Record<string, string>>;
}

/** Lines end with \n alone: some abstracts hold U+2028, at which readline would split. */
async function* readRows(path: string): AsyncGenerator<Row> {
  let rest = "";
  for await (const text of createReadStream(path).pipe(createGunzip()).setEncoding("utf8")) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Row;
  }
  if (rest !== "") yield JSON.parse(rest) as Row;
}

function toCandidate(row: Row): WorkCandidate {
  return {
    key: `${row.id_scheme ?? "arxiv"}:${row.id}`,
    titleKey: titleKey(row.title),
    authors: row.authors,
    edition: row.venue === undefined ? "" : `${row.venue} ${row.year}`,
    richness: 0,
  };
}

test.skipIf(!existsSync(ARXIV) || !existsSync(VENUES))(
  existsSync(ARXIV)
    ? "titles and authors find the stated arXiv twin with precision ≥ 0.99"
    : "skipped: no ../shared/data",
  { timeout: TIMEOUT_MS },
  async () => {
    const candidates = new Map<string, WorkCandidate>();
    const stated = new Map<string, string>();
    for (const path of [ARXIV, VENUES]) {
      for await (const row of readRows(path)) {
        const candidate = toCandidate(row);
        if (!candidates.has(candidate.key)) candidates.set(candidate.key, candidate);
        const twin = parseArxivId(row.other_ids?.arxiv ?? "");
        if (twin !== null && row.id_scheme !== "arxiv") stated.set(candidate.key, printPaperId(twin));
      }
    }
    const works = groupWorks([...candidates.values()], []);
    let [right, wrong, missed] = [0, 0, 0];
    for (const [key, twin] of stated) {
      const workKey = works.get(key)!;
      const isFound = workKey.startsWith("arxiv:");
      if (isFound && workKey === twin) right += 1;
      else if (isFound) wrong += 1;
      else if (candidates.has(twin)) missed += 1;
    }
    const precision = right / (right + wrong);
    const recall = right / (right + missed);
    console.log(
      `link by title and authors: ${right} right, ${wrong} wrong, ${missed} missed; ` +
        `precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}`,
    );
    expect(right).toBeGreaterThan(500);
    expect(precision).toBeGreaterThanOrEqual(0.99);
    expect(recall).toBeGreaterThanOrEqual(0.95);
  },
);
