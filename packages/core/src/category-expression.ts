/**
 * The category algebra of listing addresses (L2): unions `cs.AI,cs.CL` or `cs.AI+cs.LG`, differences
 * `cs.AI+cs.LG-cs.CY-econ.GN`. Names may hold hyphens themselves (`q-bio.NC`, `cond-mat.str-el`, `math-ph`),
 * so a hyphen is a minus only where a known name ends before it.
 */
import { canonicalCategoryOrArchive, expandCategory } from "./taxonomy.ts";

export interface CategoryExpression {
  /** Canonical categories or archives of which a paper must have one. */
  readonly include: readonly string[];
  /** Canonical categories or archives of which a paper may have none. */
  readonly exclude: readonly string[];
  /** Pieces that are no category. */
  readonly unknown: readonly string[];
}

/** Longest expression that is read; what lies beyond is reported as unknown. */
const MAX_LENGTH = 2000;

interface Piece {
  readonly sign: "+" | "-";
  readonly name: string;
}

/** The pieces between unions, each with the differences that hang on it still inside. */
function unionPieces(text: string): string[] {
  return text.split(/[\s,+，、]+/).filter((piece) => piece !== "");
}

/**
 * Cuts `cs.LG-cs.CY-econ.GN` into signed names: at each place the longest run of hyphenated parts that is a known
 * name is taken; a part that starts none is a name by itself.
 */
function signedNames(piece: string): Piece[] {
  const parts = piece.replaceAll(/[−–—﹣－]/g, "-").split("-");
  const pieces: Piece[] = [];
  let index = 0;
  if (parts[0] === "" && parts.length > 1) index = 1;
  let sign: Piece["sign"] = index === 1 ? "-" : "+";
  while (index < parts.length) {
    // No name has more than two hyphens (cond-mat.dis-nn).
    let length = 3;
    while (length > 1 && canonicalCategoryOrArchive(parts.slice(index, index + length).join("-")) === null)
      length--;
    const name = parts.slice(index, index + length).join("-");
    if (name !== "") pieces.push({ sign, name });
    sign = "-";
    index += length;
  }
  return pieces;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads an expression in any case, also URL-encoded or with blanks for `+`. Total: what is no category is in `unknown`. */
export function parseCategoryExpression(text: string): CategoryExpression {
  const include = new Set<string>();
  const exclude = new Set<string>();
  const unknown = new Set<string>();
  const decoded = safeDecode(text.slice(0, 4 * MAX_LENGTH));
  if (decoded.length > MAX_LENGTH) unknown.add(decoded.slice(MAX_LENGTH, MAX_LENGTH + 80));
  for (const { sign, name } of unionPieces(decoded.slice(0, MAX_LENGTH)).flatMap(signedNames)) {
    const id = canonicalCategoryOrArchive(name);
    if (id === null) unknown.add(name);
    else (sign === "+" ? include : exclude).add(id);
  }
  return { include: [...include], exclude: [...exclude], unknown: [...unknown] };
}

/** Canonical text, unions with commas: `cs.AI,cs.LG-cs.CY-econ.GN`. Unknown pieces are left out. */
export function printCategoryExpression(expression: CategoryExpression): string {
  const excluded = expression.exclude.map((id) => `-${id}`).join("");
  return expression.include.join(",") + excluded;
}

/**
 * A test for papers' categories. With nothing included every paper that has no excluded category matches.
 * Papers may carry aliases; archives match all of their categories.
 */
export function categoryMatcher(expression: CategoryExpression): (categories: readonly string[]) => boolean {
  const included = new Set(expression.include.flatMap(expandCategory));
  const excluded = new Set(expression.exclude.flatMap(expandCategory));
  const canonical = (id: string) => canonicalCategoryOrArchive(id) ?? id;
  return (categories) => {
    const ids = categories.map(canonical);
    return (included.size === 0 || ids.some((id) => included.has(id))) && !ids.some((id) => excluded.has(id));
  };
}

/** True when a paper with these categories belongs to the expression. For many papers build `categoryMatcher` once. */
export function matchesCategories(expression: CategoryExpression, categories: readonly string[]): boolean {
  return categoryMatcher(expression)(categories);
}
