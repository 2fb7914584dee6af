/** arXiv's classification: groups, archives, categories, and the aliases that make two names one category. */
import {
  ARCHIVE_LINES,
  CATEGORY_ALIASES,
  CATEGORY_LINES,
  GROUP_LINES,
  SUBSUMED_ARCHIVES,
} from "./taxonomy-table.ts";

/** A name in each language of the interface. */
export interface TaxonName {
  readonly en: string;
  readonly zh: string;
}

export interface CategoryGroup {
  readonly id: string;
  readonly name: TaxonName;
  /** Ids of its archives, in the order of the page. */
  readonly archives: readonly string[];
}

export interface Archive {
  readonly id: string;
  readonly name: TaxonName;
  readonly group: string;
  /** False when it takes no new papers. */
  readonly active: boolean;
  /** Canonical ids of its categories; an archive without parts holds itself. */
  readonly categories: readonly string[];
}

export interface Category {
  /** As arXiv writes it: `cs.CL`, `cond-mat.str-el`, `hep-th`. */
  readonly id: string;
  readonly name: TaxonName;
  readonly archive: string;
  /** False when it takes no new papers under this name of its own. */
  readonly active: boolean;
  /** The canonical id, itself unless it is an alias or was taken over. */
  readonly canonical: string;
}

export interface Taxonomy {
  readonly groups: readonly CategoryGroup[];
  readonly archives: readonly Archive[];
  /** Every category, aliases and closed ones included; those with `canonical === id` are distinct. */
  readonly categories: readonly Category[];
}

function tableRows(lines: string): string[][] {
  return lines
    .trim()
    .split("\n")
    .map((line) => line.split("|"));
}

function canonicalOf(id: string): string {
  return CATEGORY_ALIASES[id] ?? SUBSUMED_ARCHIVES[id] ?? id;
}

function readCategories(): Category[] {
  const parts = tableRows(CATEGORY_LINES).map(([id = "", en = "", zh = ""]) => ({
    id,
    name: { en, zh },
    archive: id.slice(0, id.indexOf(".")),
    active: true,
    canonical: canonicalOf(id),
  }));
  const archivesWithParts = new Set(parts.map((category) => category.archive));
  const whole: Category[] = [];
  for (const [id = "", , en = "", zh = "", closed] of tableRows(ARCHIVE_LINES)) {
    // cond-mat, astro-ph and q-bio were categories themselves before they were divided: papers still carry them.
    const isCategory = !archivesWithParts.has(id) || ["cond-mat", "astro-ph", "q-bio"].includes(id);
    const active = closed === undefined && !archivesWithParts.has(id);
    if (isCategory) whole.push({ id, name: { en, zh }, archive: id, active, canonical: canonicalOf(id) });
  }
  return [...whole, ...parts];
}

function readTaxonomy(): Taxonomy {
  const categories = readCategories();
  const archives = tableRows(ARCHIVE_LINES).map(([id = "", group = "", en = "", zh = "", closed]) => ({
    id,
    name: { en, zh },
    group,
    active: closed === undefined,
    categories: [
      ...new Set(
        categories.filter((category) => category.archive === id).map((category) => category.canonical),
      ),
    ],
  }));
  const groups = tableRows(GROUP_LINES).map(([id = "", en = "", zh = ""]) => ({
    id,
    name: { en, zh },
    archives: archives.filter((archive) => archive.group === id).map((archive) => archive.id),
  }));
  return { groups, archives, categories };
}

export const TAXONOMY: Taxonomy = /* @__PURE__ */ readTaxonomy();

const CATEGORY_BY_LOWER_ID: ReadonlyMap<string, Category> = /* @__PURE__ */ new Map(
  TAXONOMY.categories.map((category) => [category.id.toLowerCase(), category]),
);
const ARCHIVE_BY_ID: ReadonlyMap<string, Archive> = /* @__PURE__ */ new Map(
  TAXONOMY.archives.map((archive) => [archive.id, archive]),
);

/**
 * The one id of a category: case is mended and aliases are resolved (`CS.na` → `math.NA`, `cmp-lg` → `cs.CL`).
 * Archives with parts (`cs`, `math`) are no categories; null for them and for anything unknown.
 */
export function canonicalCategory(id: string): string | null {
  return CATEGORY_BY_LOWER_ID.get(id.trim().toLowerCase())?.canonical ?? null;
}

/** The category of an id in any case, an alias as itself; null when unknown. */
export function findCategory(id: string): Category | null {
  return CATEGORY_BY_LOWER_ID.get(id.trim().toLowerCase()) ?? null;
}

/** The archive of an id in any case; null when unknown. */
export function findArchive(id: string): Archive | null {
  return ARCHIVE_BY_ID.get(id.trim().toLowerCase()) ?? null;
}

/**
 * The canonical id of a category or of an archive: `cs` → `cs`, `CS.NA` → `math.NA`, `hep-th` → `hep-th`.
 * What category expressions and `cat:` accept; null when unknown.
 */
export function canonicalCategoryOrArchive(id: string): string | null {
  return canonicalCategory(id) ?? findArchive(id)?.id ?? null;
}

/** Name of a category, archive or group in a language of the interface; the id itself when it is unknown. */
export function categoryName(id: string, language: keyof TaxonName): string {
  return (findCategory(id) ?? findArchive(id))?.name[language] ?? id;
}

/**
 * Canonical ids that a category or an archive stands for, itself included: `math` gives `math` and all of its
 * categories, the aliased ones (`math.IT` → `cs.IT`) too; `cs.CL` gives itself. Empty when unknown.
 */
export function expandCategory(id: string): readonly string[] {
  const archive = findArchive(id);
  if (archive?.active) return [...new Set([archive.id, ...archive.categories])];
  const category = canonicalCategory(id);
  return category === null ? [] : [category];
}

/** Canonical ids of a paper's categories in order, each once; unknown ids stay as they are. */
export function canonicalCategories(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => canonicalCategory(id) ?? id.trim()).filter((id) => id !== ""))];
}
