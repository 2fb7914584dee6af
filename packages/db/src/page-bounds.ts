/** A part of a list. */
export interface PageBounds {
  /** Entries before the page. */
  readonly skip: number;
  readonly limit: number;
}

const MAX_INT32 = 2_147_483_647;

/** Whole numbers that Postgres takes: what is negative or no number becomes 0, what is huge the largest. */
export function clampBounds({ skip, limit }: PageBounds): PageBounds {
  return { skip: clamp(skip), limit: clamp(limit) };
}

function clamp(value: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(Math.min(Math.max(value, 0), MAX_INT32));
}
