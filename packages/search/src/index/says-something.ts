import { HAS_CHINESE } from "../chinese.ts";
import type { Alternative, Group, TextPlan } from "./plan.ts";
import type { Segment } from "./segment.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Whether a query has a word that can mean something here: one that any document or author of the index has, or a
 * Chinese one, which English papers need not have. An embedding is made of any letters, and has neighbours. A query
 * without a word in it leaves its vector to speak.
 */
export function saysSomething(snapshot: Snapshot, plan: TextPlan): boolean {
  const groups = [...plan.words, ...plan.required];
  if (groups.length === 0) return true;
  return groups.some(
    (group) => !group.isStopWord && (HAS_CHINESE.test(group.text) || isKnown(snapshot, group)),
  );
}

/** Whether the index has the group's words, wherever. */
export const isKnown = (snapshot: Snapshot, group: Group): boolean =>
  group.alternatives.some(({ terms, how }) =>
    snapshot.segments.some(({ segment }) => terms.every((term) => isKnownTerm(segment, term, how))),
  );

function isKnownTerm(segment: Segment, term: string, how: Alternative["how"]): boolean {
  if (how !== "family") return segment.terms.find(term) >= 0;
  const { start, end } = segment.familyOf(term);
  return end > start;
}
