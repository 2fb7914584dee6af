import {
  type CategoryExpression,
  findPaperIds,
  multiPaperPath,
  type PaperId,
  type PaperIdList,
  paperPath,
  parseArxivIdList,
  parseCategoryExpression,
  parseEdition,
  parseVenuePaperIdList,
  printCategoryExpression,
  printPaperId,
} from "@cool-papers/core";
import { MAX_PAPERS_PER_PAGE } from "./limits.ts";
import { isVenueName } from "./venue-name.ts";

/** What an address under `/arxiv/` or `/venue/` asks for. `path` is its canonical form, ready for a redirect. */
export type ListedPath =
  | { readonly kind: "paper"; readonly id: PaperId; readonly path: string }
  | {
      readonly kind: "papers";
      readonly ids: readonly PaperId[];
      /** Pieces among the ids that are none: one typing error does not cost a reader the whole list. */
      readonly unknown: readonly string[];
      readonly path: string;
    }
  | { readonly kind: "categories"; readonly expression: CategoryExpression; readonly path: string }
  | { readonly kind: "edition"; readonly venue: string; readonly year: number | null; readonly path: string }
  | { readonly kind: "too-many"; readonly count: number }
  | { readonly kind: "invalid"; readonly text: string };

/** Reads what follows `/arxiv/`, decoded: one id, several, or a category expression. Total. */
export function readArxivPath(text: string): ListedPath {
  const listed = ofList(parseArxivIdList(text));
  if (listed !== null) return listed;
  const expression = parseCategoryExpression(text);
  if (expression.include.length > 0) {
    return { kind: "categories", expression, path: `/arxiv/${printCategoryExpression(expression)}` };
  }
  const pasted = findPaperIds(text);
  if (pasted.length > 0) return ofList({ ids: pasted, unknown: [] })!;
  return { kind: "invalid", text };
}

/** Reads what follows `/venue/`, decoded: one paper id, several, or an edition (`ICLR.2025`, `ICLR`). Total. */
export function readVenuePath(text: string): ListedPath {
  const listed = ofList(parseVenuePaperIdList(text));
  if (listed !== null) return listed;
  if (!isVenueName(text)) return { kind: "invalid", text };
  const { venue, year } = parseEdition(text);
  return { kind: "edition", venue, year, path: editionPath(venue, year) };
}

/** `/venue/ICLR.2025`; without a year the newest edition. */
export function editionPath(venue: string, year: number | null): string {
  return `/venue/${encodeURIComponent(venue.replaceAll(" ", "_"))}${year === null ? "" : `.${year}`}`;
}

function ofList({ ids, unknown }: PaperIdList): ListedPath | null {
  const [first] = ids;
  if (first === undefined) return null;
  if (ids.length > MAX_PAPERS_PER_PAGE) return { kind: "too-many", count: ids.length };
  if (ids.length === 1 && unknown.length === 0) return { kind: "paper", id: first, path: paperPath(first) };
  const path = multiPaperPath(ids);
  return {
    kind: "papers",
    ids,
    unknown,
    path: unknown.length === 0 ? path : `${path},${unknown.map(encodeURIComponent).join(",")}`,
  };
}

/**
 * The papers that a query names when it is nothing else: every word of it is an id or an address of a paper.
 * Null when some word is not.
 */
export function readPastedIds(query: string): readonly PaperId[] | null {
  const words = query.split(/[\s,，、;]+/).filter((word) => word !== "");
  if (words.length === 0 || words.length > MAX_PAPERS_PER_PAGE) return null;
  const ids = new Map<string, PaperId>();
  for (const word of words) {
    const found = findPaperIds(word);
    if (found.length === 0) return null;
    for (const id of found) ids.set(printPaperId(id), id);
  }
  return [...ids.values()];
}
