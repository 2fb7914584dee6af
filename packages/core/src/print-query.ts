/** A search query back to text, and the small edits that links in the interface make. */
import { printRange } from "./date-range.ts";
import { printVenuePaperId } from "./paper-id.ts";
import type { QueryFilters, SearchQuery, TextClause } from "./query.ts";

function printClause({ kind, text, field, excluded }: TextClause): string {
  const value = kind === "phrase" ? `"${text}"` : text;
  return `${excluded ? "-" : ""}${field === null ? "" : `${field}:`}${value}`;
}

function operand(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}

function list(operator: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${operator}:${operand(values.join(","))}`];
}

/** The operators that give these filters when they are read. */
export function printFilters(filters: QueryFilters): string {
  const ids = filters.ids.map((id) => (id.scheme === "arxiv" ? id.local : printVenuePaperId(id)));
  return [
    ...list("cat", filters.categories),
    ...list("-cat", filters.excludedCategories),
    ...list("venue", filters.venues),
    ...list("-venue", filters.excludedVenues),
    ...printRange({ from: filters.yearFrom, to: filters.yearTo }).map((range) => `year:${range}`),
    ...printRange({ from: filters.dateFrom, to: filters.dateTo }).map((range) => `date:${range}`),
    ...list("id", ids),
    ...list("source", filters.sources),
  ].join(" ");
}

/** Text that `parseSearchQuery` reads as the same clauses and filters: text first, then filters. */
export function printSearchQuery(query: SearchQuery): string {
  return [...query.clauses.map(printClause), printFilters(query.filters)]
    .filter((part) => part !== "")
    .join(" ");
}

type ListFilter = "categories" | "excludedCategories" | "venues" | "excludedVenues" | "sources";

/** The query with one more value in a list of its filters; the same query when it is there already. */
export function addFilterValue(query: SearchQuery, filter: ListFilter, value: string): SearchQuery {
  const values: readonly string[] = query.filters[filter];
  if (values.includes(value)) return query;
  return { ...query, filters: { ...query.filters, [filter]: [...values, value] } };
}

/** The query without a value in a list of its filters. */
export function removeFilterValue(query: SearchQuery, filter: ListFilter, value: string): SearchQuery {
  const values: readonly string[] = query.filters[filter];
  return { ...query, filters: { ...query.filters, [filter]: values.filter((other) => other !== value) } };
}
