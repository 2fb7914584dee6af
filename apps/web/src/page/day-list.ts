import { type CategoryExpression, expandCategory } from "@cool-papers/core";
import { type ListFilter, matchesFilter } from "@cool-papers/core/list-filter";
import type { CategoryDay, CategorySet, StoredPaper } from "@cool-papers/db";
import { theSite } from "../server/site.ts";
import type { DayState } from "../url/day-url.ts";
import { papersByKey } from "./papers-by-key.ts";

/** The categories that an expression means, archives and aliases expanded. */
export function categorySet({ include, exclude }: CategoryExpression): CategorySet {
  return { include: include.flatMap(expandCategory), exclude: exclude.flatMap(expandCategory) };
}

/** A block of a day's list as the address asks for it. */
export interface DayList extends Omit<CategoryDay, "papers" | "total"> {
  /** Papers of the whole day. */
  readonly total: number;
  /** Papers of the day that the filter lets pass; the total where there is none. */
  readonly matching: number;
  /** Each with its number in the whole day, counted from 1. */
  readonly papers: readonly { readonly paper: StoredPaper; readonly number: number }[];
}

/** The block of papers that an address asks for; a filter looks at the whole day. */
export async function dayList(set: CategorySet, state: DayState, filter: ListFilter): Promise<DayList> {
  const site = theSite();
  const isFiltered = filter.length > 0;
  const day = await site.categoryDay(set, state.date, {
    skip: isFiltered ? 0 : state.skip,
    limit: isFiltered ? 0 : state.show,
    sort: state.sort,
  });
  if (!isFiltered || day.date === null) {
    const papers = day.papers.map((paper, index) => ({ paper, number: state.skip + index + 1 }));
    return { ...day, matching: day.total, papers };
  }
  const { keys, texts } = await site.dayTexts(set, day.date, state.sort);
  const places = texts.flatMap((text, place) => (matchesFilter(text, filter) ? [place] : []));
  const wanted = places.slice(state.skip, state.skip + state.show);
  const found = await papersByKey(wanted.map((place) => keys[place]!));
  const papers = found.flatMap((paper, index) =>
    paper === null ? [] : [{ paper, number: wanted[index]! + 1 }],
  );
  return { ...day, matching: places.length, papers };
}
