/** Most ids that one multi-id address may hold. */
export const MAX_PAPERS_PER_PAGE = 500;
/** Results on a page: what a reader gets without asking, and the most there is. */
export const DEFAULT_SHOW = 25;
export const MAX_SHOW = 100;
/** Deepest result that paging reaches; a query can be narrowed instead. */
export const MAX_SKIP = 10_000;
/** Longest address, path and query together, percent-encoded. Bytes. */
export const MAX_URL_LENGTH = 48_000;
