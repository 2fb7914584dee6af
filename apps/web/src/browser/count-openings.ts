/** Tells the server when a reader opens a PDF or the questions of a paper; nothing else is told. */
export function countOpenings(root: Document): void {
  const count = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-count]");
    const key = link?.closest<HTMLElement>("[data-key]")?.dataset.key;
    if (link === null || key === undefined) return;
    navigator.sendBeacon("/api/count", JSON.stringify({ key, counter: link.dataset.count }));
  };
  root.addEventListener("click", count);
  // The middle button opens a tab and fires no click.
  root.addEventListener("auxclick", (event) => {
    if (event.button === 1) count(event);
  });
}
