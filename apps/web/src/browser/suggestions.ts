interface SuggestedLink {
  /** What it is, in the language of the page. */
  readonly label: string;
  readonly text: string;
  readonly url: string;
}

const WAIT_MS = 120;
const MIN_LENGTH = 2;

/**
 * A list of suggestions under a search box: the combobox pattern of WAI-ARIA with a list box. The text that was typed
 * stays; Enter on a suggestion goes there, Enter without one searches, Escape closes.
 */
export function enableSuggestions(input: HTMLInputElement): void {
  const list = document.createElement("div");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggest ?? "");
  input.parentElement?.append(list);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-expanded", "false"],
    ["aria-controls", list.id],
  ] as const) {
    input.setAttribute(name, value);
  }

  let links: readonly SuggestedLink[] = [];
  let chosen = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | undefined;

  const close = (): void => {
    asked?.abort();
    clearTimeout(timer);
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index: number): void => {
    chosen = index;
    list.querySelectorAll("[role=option]").forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === index));
      if (place === index) option.scrollIntoView({ block: "nearest" });
    });
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${list.id}-${index}`);
  };
  const show = (found: readonly SuggestedLink[]): void => {
    links = found;
    list.replaceChildren(...found.map((link, index) => optionOf(link, `${list.id}-${index}`)));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    choose(-1);
  };
  const ask = async (): Promise<void> => {
    asked?.abort();
    asked = new AbortController();
    const text = input.value.trim();
    if (text.length < MIN_LENGTH || /[":]/.test(text)) return show([]);
    try {
      const response = await fetch(`/api/suggest?${new URLSearchParams({ q: text })}`, {
        signal: asked.signal,
      });
      if (!response.ok) return show([]);
      const { suggestions } = (await response.json()) as { suggestions: readonly SuggestedLink[] };
      if (document.activeElement === input) show(suggestions);
    } catch {
      // Typed on, or offline: suggestions are an extra.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "Escape") {
      close();
      event.preventDefault();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are suggestions: none chosen, back in the text.
      choose(((chosen + 1 + step + links.length + 1) % (links.length + 1)) - 1);
      event.preventDefault();
    } else if (event.key === "Enter" && chosen >= 0) {
      location.assign(links[chosen]!.url);
      event.preventDefault();
    }
  });
  // Before blur closes the list.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = (event.target as Element).closest("[role=option]");
    const index = option === null ? -1 : [...list.children].indexOf(option);
    if (index >= 0 && event.button === 0) location.assign(links[index]!.url);
  });
}

function optionOf(link: SuggestedLink, id: string): HTMLElement {
  const option = document.createElement("div");
  option.id = id;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  const text = document.createElement("span");
  text.textContent = link.text;
  const kind = document.createElement("span");
  kind.className = "kind";
  kind.textContent = link.label;
  option.append(text, kind);
  return option;
}
