/**
 * Opens, turns and closes the calendar of a list in place. Its links lead to pages with the calendar in them; the script
 * fetches such a page and takes the calendar out of it, so that the papers below stay where they are.
 */
export function enableCalendar(): void {
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>(
      "a.calendar-link, a.calendar-turn, a.calendar-close",
    );
    if (link === null) return;
    event.preventDefault();
    const panel = document.querySelector(".calendar");
    if (link.matches(".calendar-turn") || panel === null) void turn(link);
    else close(panel);
  });
}

function close(panel: Element): void {
  panel.remove();
  document.querySelector<HTMLElement>("a.calendar-link")?.focus({ preventScroll: true });
}

async function turn(link: HTMLAnchorElement): Promise<void> {
  try {
    const address = new URL(link.href);
    // The papers of that page are not needed.
    address.searchParams.set("show", "1");
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const panel = page.querySelector(".calendar");
    if (!response.ok || panel === null) throw new Error(`${address} has no calendar.`);
    keepShow(panel);
    const isEarlier = link.matches(".calendar-turn:first-child");
    const old = document.querySelector(".calendar");
    if (old === null) document.querySelector(".list-page .controls")?.after(document.adoptNode(panel));
    else old.replaceWith(document.adoptNode(panel));
    const next = link.matches(".calendar-turn")
      ? panel.querySelector<HTMLElement>(`a.calendar-turn:${isEarlier ? "first-child" : "nth-child(3)"}`)
      : null;
    const start =
      panel.querySelector<HTMLElement>("[aria-current]") ??
      panel.querySelector<HTMLElement>("a.calendar-day, a");
    (next ?? start)?.focus({ preventScroll: true });
  } catch {
    // The link leads there.
    location.assign(link.href);
  }
}

/** The links of the fetched calendar carry `show=1`; back to what this page shows. */
function keepShow(panel: Element): void {
  const show = new URLSearchParams(location.search).get("show");
  for (const link of panel.querySelectorAll<HTMLAnchorElement>("a[href]")) {
    const address = new URL(link.getAttribute("href") ?? "", location.href);
    if (show === null) address.searchParams.delete("show");
    else address.searchParams.set("show", show);
    link.setAttribute("href", address.pathname + address.search + address.hash);
  }
}
