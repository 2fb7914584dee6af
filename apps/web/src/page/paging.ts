/** A link of the pager: a page number, or a gap between them. */
export type PageLink = { readonly page: number; readonly skip: number; readonly isCurrent: boolean } | "gap";

/** Pages around the current one, with the first and the last; `reach` is the deepest result that paging goes to. */
export function pageLinks(total: number, skip: number, show: number, reach: number): readonly PageLink[] {
  const last = Math.ceil(Math.min(total, reach + show) / show);
  const current = Math.floor(skip / show) + 1;
  if (last <= 1) return [];
  const wanted = [1, current - 2, current - 1, current, current + 1, current + 2, last];
  const pages = [...new Set(wanted.filter((page) => page >= 1 && page <= last))].sort((a, b) => a - b);
  const links: PageLink[] = [];
  for (const page of pages) {
    const before = links.at(-1);
    if (before !== undefined && before !== "gap" && page > before.page + 1) links.push("gap");
    links.push({ page, skip: (page - 1) * show, isCurrent: page === current });
  }
  return links;
}

/** Where the last page begins. */
export function lastPageSkip(total: number, show: number, reach: number): number {
  return Math.max(0, Math.min(Math.floor((total - 1) / show) * show, reach - (reach % show)));
}
