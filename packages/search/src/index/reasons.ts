import { AUTHOR_MARK } from "./analyze-document.ts";
import type { Group, TextPlan } from "./plan.ts";
import type { Segment } from "./segment.ts";

/** A word has rarely more forms than this; the rarest are misprints. */
const MAX_FORMS = 12;

/** Forms, as the index knows them, of the plan's words that the document has; in the order of the query. */
export function matchedForms(segment: Segment, doc: number, plan: TextPlan): string[] {
  const forms = new Set<string>();
  for (const group of [...plan.required, ...plan.words]) {
    for (const term of matchedTerms(segment, doc, group)) {
      for (const form of segment.formsOf(term).slice(0, MAX_FORMS)) forms.add(form.replace(AUTHOR_MARK, ""));
    }
  }
  return [...forms];
}

/** Terms of the alternatives of which the document has every term. */
function matchedTerms(segment: Segment, doc: number, group: Group): string[] {
  return group.alternatives.filter((terms) => terms.every((term) => hasTerm(segment, doc, term))).flat();
}

export function hasTerm(segment: Segment, doc: number, term: string): boolean {
  const id = segment.terms.find(term);
  if (id < 0) return false;
  const { docs, postingStart } = segment.arrays;
  let low = postingStart[id]!;
  let high = postingStart[id + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (docs[middle]! < doc) low = middle + 1;
    else high = middle;
  }
  return low < postingStart[id + 1]! && docs[low] === doc;
}
