import { printSearchQuery, type SearchQuery } from "@cool-papers/core";
import { type Group, respellGroup, type TextPlan } from "./plan.ts";
import { isKnown } from "./says-something.ts";
import type { Snapshot } from "./snapshot.ts";
import { correctWord } from "./spelling.ts";

/** Spelling is looked up for at most this many words of one query: it scans the vocabulary. */
const MAX_CORRECTIONS = 8;

/** Replaces words that the index does not know by the nearest ones it knows. */
export function respell(
  snapshot: Snapshot,
  plan: TextPlan,
  query: SearchQuery,
): { plan: TextPlan; correctedText: string | null } {
  const corrections = new Map<string, string>();
  let lookups = 0;
  const respelled = (group: Group): Group => {
    if (group.spellable === null || isKnown(snapshot, group) || lookups >= MAX_CORRECTIONS) return group;
    lookups++;
    const correction = correctWord(snapshot, group.spellable, group.field);
    if (!correction) return group;
    corrections.set(group.text, correction.form);
    return respellGroup(group, correction.form);
  };
  const corrected = { ...plan, words: plan.words.map(respelled), required: plan.required.map(respelled) };
  if (corrections.size === 0) return { plan, correctedText: null };
  const clauses = query.clauses.map((clause) =>
    clause.kind === "phrase" || clause.excluded
      ? clause
      : { ...clause, text: replaceWords(clause.text, corrections) },
  );
  return { plan: corrected, correctedText: printSearchQuery({ ...query, clauses }) };
}

function replaceWords(text: string, corrections: ReadonlyMap<string, string>): string {
  let replaced = text;
  for (const [typed, form] of corrections) replaced = replaced.replace(typed, form);
  return replaced;
}
