/** A recipe asks for something the command line did not give. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

/**
 * A file that a flag names is there exactly where the recipe needs it.
 *
 * @throws RecipeError with `missing` or `needless`
 */
export function checkFileOfFlag(
  isNeeded: boolean,
  path: string | null,
  { missing, needless }: { missing: string; needless: string },
): void {
  if (isNeeded && path === null) throw new RecipeError(missing);
  if (!isNeeded && path !== null) throw new RecipeError(needless);
}
