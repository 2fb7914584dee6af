import type { Segment } from "./segment.ts";

/** A segment with the documents of it that are no longer live. */
export interface LiveSegment {
  readonly segment: Segment;
  /** Bit d of byte d >> 3 is set when document d is deleted; null when none is. */
  readonly deleted: Uint8Array | null;
  readonly liveCount: number;
}

/** A consistent view of the whole index; never changes once made. */
export interface Snapshot {
  readonly generation: number;
  readonly builtAt: string | null;
  readonly segments: readonly LiveSegment[];
  readonly liveCount: number;
  readonly vectorCount: number;
  readonly vectorDimension: number | null;
  /** Mean lengths in words over all documents of the segments. */
  readonly meanTitleLength: number;
  readonly meanAbstractLength: number;
}

export const isDeleted = (deleted: Uint8Array | null, doc: number): boolean =>
  deleted !== null && (deleted[doc >> 3]! & (1 << (doc & 7))) !== 0;

export function makeSnapshot(
  segments: readonly { segment: Segment; deleted: Uint8Array | null }[],
  about: { generation: number; builtAt: string | null; vectorDimension: number | null },
): Snapshot {
  let titleWords = 0;
  let abstractWords = 0;
  let documents = 0;
  let vectorCount = 0;
  const live = segments.map(({ segment, deleted }) => {
    let liveCount = 0;
    for (let doc = 0; doc < segment.size; doc++) {
      titleWords += segment.arrays.titleLength[doc]!;
      abstractWords += segment.arrays.abstractLength[doc]!;
      if (isDeleted(deleted, doc)) continue;
      liveCount++;
      vectorCount += segment.arrays.hasVector[doc]!;
    }
    documents += segment.size;
    return { segment, deleted, liveCount };
  });
  return {
    ...about,
    segments: live,
    liveCount: live.reduce((sum, entry) => sum + entry.liveCount, 0),
    vectorCount,
    meanTitleLength: documents === 0 ? 1 : Math.max(1, titleWords / documents),
    meanAbstractLength: documents === 0 ? 1 : Math.max(1, abstractWords / documents),
  };
}
