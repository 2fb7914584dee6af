import {
  canonicalCategoryOrArchive,
  findArchive,
  findCategory,
  printCategoryExpression,
} from "@cool-papers/core";

/** What a reader can say about a category on the start page. */
export type CategorySign = "" | "+" | "-";

/**
 * The list that signed categories make: `cs.AI=+`, `cs.LG=+`, `cs.CY=-` → `/arxiv/cs.AI,cs.LG-cs.CY`. With nothing but
 * exclusions it is the rest of their archives. Null when that leaves nothing to list. Names that are none are passed over.
 */
export function listOfChoice(signs: Iterable<readonly [string, string]>): string | null {
  const include = new Set<string>();
  const exclude = new Set<string>();
  for (const [name, sign] of signs) {
    const id = canonicalCategoryOrArchive(name);
    if (id === null) continue;
    if (sign === "+") include.add(id);
    else if (sign === "-") exclude.add(id);
  }
  if (include.size === 0) for (const id of exclude) addArchive(include, id);
  for (const id of exclude) include.delete(id);
  if (include.size === 0) return null;
  return `/arxiv/${printCategoryExpression({ include: [...include], exclude: [...exclude], unknown: [] })}`;
}

function addArchive(include: Set<string>, id: string): void {
  const archive = findArchive(findCategory(id)?.archive ?? id);
  if (archive?.active && archive.id !== id) include.add(archive.id);
}

/** The same from the parameters of the start page's form, where `+` may have become a blank on its way. */
export function readChosenCategories(parameters: URLSearchParams): string | null {
  return listOfChoice(
    [...parameters].map(([name, sign]) => [name, sign.trim() === "" && sign !== "" ? "+" : sign]),
  );
}
