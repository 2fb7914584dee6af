/** A recipe asks for something the command line did not give. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
}
