/** The stored index cannot be used as it is, and why; a rebuild makes a good one. */
export class SearchIndexError extends Error {
  override readonly name = "SearchIndexError";
}

/** Two processes write to one index. Nothing was changed; the caller may try again after the other is done. */
export class SearchIndexConflictError extends Error {
  override readonly name = "SearchIndexConflictError";
}

/** A document's or query's vector does not have the index's length. */
export class VectorDimensionError extends Error {
  override readonly name = "VectorDimensionError";
}
