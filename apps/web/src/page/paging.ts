/** A link of the pager: a page, or the gap that follows one. */
export type PageLink =
  | { readonly kind: "page"; readonly page: number; readonly skip: number; readonly isCurrent: boolean }
  | { readonly kind: "gap"; readonly after: number };

/** Pages around the current one, with the first and the last; `reach` is the deepest result that paging goes to. */
export function pageLinks(total: number, skip: number, show: number, reach: number): readonly PageLink[] {
  const last = Math.ceil(Math.min(total, reach + show) / show);
  const current = Math.floor(skip / show) + 1;
  if (last <= 1) return [];
  const wanted = [1, current - 2, current - 1, current, current + 1, current + 2, last];
  const pages = [...new Set(wanted.filter((page) => page >= 1 && page <= last))].sort((a, b) => a - b);
  return pages.flatMap((page, index): PageLink[] => {
    const link = { kind: "page", page, skip: (page - 1) * show, isCurrent: page === current } as const;
    const before = pages[index - 1];
    return before !== undefined && page > before + 1 ? [{ kind: "gap", after: before }, link] : [link];
  });
}

/** Where the last page begins. */
export function lastPageSkip(total: number, show: number, reach: number): number {
  return Math.max(0, Math.min(Math.floor((total - 1) / show) * show, reach - (reach % show)));
}
