import { expect, test } from "vitest";
import {
  canonicalCategory,
  canonicalCategoryOrArchive,
  findPaperIds,
  type PaperId,
  type PaperScheme,
  paperIdsOfUrl,
  paperPath,
  parseDoi,
  parseLocalId,
  parsePaperKey,
  parseVenuePaperId,
  printPaperId,
  printVenuePaperId,
  sourceLinks,
  TAXONOMY,
} from "../src/index.ts";
import { gzipLines, sharedDataFile } from "./shared-data.ts";

interface VenueRow {
  readonly venue: string;
  readonly year: number;
  readonly id: string;
  readonly id_scheme: PaperScheme;
  readonly url: string;
  readonly pdf: string;
  readonly doi: string;
  readonly other_ids?: Readonly<Record<string, string>>;
}

/** The local id that a row stands for: two schemes leave out what only the row's address or venue says. */
function localIdOf({ id_scheme, id, url, venue, year }: VenueRow): string {
  if (id_scheme === "cvf") return `${venue}${year}/${id}`;
  if (id_scheme === "virtual") return `${new URL(url).hostname}/${id}`;
  return id;
}

/** Everything that is wrong with one id; nothing when all forms read back. */
function faults(id: PaperId): string[] {
  const key = printPaperId(id);
  const wrong: string[] = [];
  const same = (other: PaperId | null | undefined) => other?.scheme === id.scheme && other.local === id.local;
  if (!same(parsePaperKey(key))) wrong.push(`key ${key}`);
  if (!same(parseVenuePaperId(printVenuePaperId(id)))) wrong.push(`venue form ${printVenuePaperId(id)}`);
  if (!same(findPaperIds(`http://localhost:3000${paperPath(id)}`)[0])) wrong.push(`path ${paperPath(id)}`);
  const links = sourceLinks(id);
  if (!same(paperIdsOfUrl(links.page)[0])) wrong.push(`page ${links.page}`);
  if (links.pdf !== null && !same(paperIdsOfUrl(links.pdf)[0])) wrong.push(`pdf ${links.pdf}`);
  return wrong;
}

const venues = sharedDataFile("venues.jsonl.gz");
const arxiv = sharedDataFile("arxiv.jsonl.gz");
const taxonomy = sharedDataFile("taxonomy.json");

test.skipIf(venues === null)(
  "every real venue id parses, prints and is found in its own address",
  async () => {
    const wrong: string[] = [];
    let count = 0;
    for await (const line of gzipLines(venues!)) {
      const row = JSON.parse(line) as VenueRow;
      const id = parseLocalId(row.id_scheme, localIdOf(row));
      count++;
      if (id === null) {
        wrong.push(`${row.id_scheme}:${row.id}`);
        continue;
      }
      wrong.push(...faults(id));
      const [found] = paperIdsOfUrl(row.url);
      if (found === undefined || (found.scheme === id.scheme && found.local !== id.local))
        wrong.push(`url ${row.url}`);
      const pdf =
        row.pdf === "" || /\/pdf\/[0-9a-f]{40}\.pdf$/.test(row.pdf) ? id : paperIdsOfUrl(row.pdf)[0];
      if (pdf === undefined) wrong.push(`pdf ${row.pdf}`);
      if (row.doi !== "" && parseDoi(row.doi) === null) wrong.push(`doi ${row.doi}`);
      for (const [scheme, local] of Object.entries(row.other_ids ?? {})) {
        const full =
          scheme === "neurips" ? `${row.year}/${local}` : scheme === "virtual" ? `icml.cc/${local}` : local;
        const other = parseLocalId(scheme as PaperScheme, full);
        if (other === null) wrong.push(`${scheme}:${full}`);
        else wrong.push(...faults(other));
      }
    }
    expect(count).toBeGreaterThan(70_000);
    expect([...new Set(wrong)].slice(0, 20)).toEqual([]);
  },
);

test.skipIf(arxiv === null)(
  "every real arXiv id, category and DOI is canonical already or reads",
  async () => {
    const wrong: string[] = [];
    let count = 0;
    for await (const line of gzipLines(arxiv!)) {
      const row = JSON.parse(line) as { id: string; categories: string[]; doi: string | null };
      const id = parseLocalId("arxiv", row.id);
      count++;
      if (id?.local !== row.id) wrong.push(row.id);
      // The forms differ by the number of digits only: a sample of them is enough.
      else if (count % 20 === 0) wrong.push(...faults(id));
      for (const category of row.categories)
        if (canonicalCategoryOrArchive(category) === null) wrong.push(category);
      if (
        row.doi &&
        parseDoi(row.doi) === null &&
        row.doi.split(/[\s,;]+/).every((doi) => parseDoi(doi) === null)
      )
        wrong.push(`doi ${row.doi}`);
    }
    expect(count).toBeGreaterThan(180_000);
    expect([...new Set(wrong)].slice(0, 20)).toEqual([]);
  },
);

test.skipIf(taxonomy === null)("the taxonomy agrees with the published one", async () => {
  const { default: published } = await import(taxonomy!.href, { with: { type: "json" } });
  const ids = Object.keys(published.categories).filter((id) => id !== "bad-arch.bad-cat");
  expect(TAXONOMY.categories.map(({ id }) => id).sort()).toEqual(ids.sort());
  for (const { id, name, archive, active, canonical } of TAXONOMY.categories) {
    const fact = published.categories[id];
    expect({ id, name: name.en, archive, active }).toEqual({
      id,
      name: fact.name,
      archive: fact.archive,
      active: fact.active,
    });
    expect(canonical).toBe(published.aliases_canonical[id] ?? published.subsumed[id] ?? id);
    expect(canonicalCategory(id)).toBe(canonical);
  }
  const archives = Object.values(
    published.archives as Record<string, { id: string; name: string; group: string; active: boolean }>,
  );
  expect(
    TAXONOMY.archives.map(({ id, name, group, active }) => `${id} ${name.en} grp_${group} ${active}`).sort(),
  ).toEqual(
    archives
      .filter(({ id }) => id !== "bad-arch")
      .map(({ id, name, group, active }) => `${id} ${name} ${group} ${active}`)
      .sort(),
  );
});
