/** Where the choice is kept in the browser: a JSON object from category to sign. */
const STORE = "categories";

/**
 * Names the list that the boxes of the start page make while they are chosen, goes to its address without the detour
 * over the form, and remembers the choice. Everything else the form does by itself.
 */
export function enableCategoryChoice(form: HTMLFormElement): void {
  const output = form.querySelector<HTMLOutputElement>("[data-chosen-list]");
  const show = (): void => {
    const list = listOf(form);
    if (output === null) return;
    output.textContent = "";
    if (list === null) return;
    const link = document.createElement("a");
    link.href = addressOf(list);
    link.textContent = [list.included.join(" + "), ...list.excluded].join(" − ");
    output.append(link);
  };
  restore(form);
  show();
  form.addEventListener("change", () => {
    keep(form);
    show();
  });
  form.addEventListener("reset", () => {
    // The boxes are cleared after this event.
    setTimeout(() => {
      keep(form);
      show();
    });
  });
  form.addEventListener("submit", (event) => {
    const list = listOf(form);
    if (list === null) return;
    event.preventDefault();
    location.assign(addressOf(list));
  });
}

function chosen(form: HTMLFormElement, sign: "+" | "-"): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>(`input[value="${sign}"]:checked`)];
}

interface ChosenList {
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

function addressOf({ included, excluded }: ChosenList): string {
  return `/arxiv/${included.join(",")}${excluded.map((name) => `-${name}`).join("")}`;
}

/** What the boxes say; null when that leaves nothing to list. */
function listOf(form: HTMLFormElement): ChosenList | null {
  const out = chosen(form, "-");
  const excluded = out.map(({ name }) => name);
  const included = chosen(form, "+").map(({ name }) => name);
  // Exclusions alone leave the rest of their archives.
  const archives = out.map((input) => input.closest<HTMLElement>("[data-archive]")?.dataset.archive ?? "");
  const names = (included.length > 0 ? included : [...new Set(archives)]).filter(
    (name) => name !== "" && !excluded.includes(name),
  );
  return names.length === 0 ? null : { included: names, excluded };
}

function keep(form: HTMLFormElement): void {
  const signs = Object.fromEntries(
    [...chosen(form, "+"), ...chosen(form, "-")].map(({ name, value }) => [name, value]),
  );
  try {
    if (Object.keys(signs).length === 0) localStorage.removeItem(STORE);
    else localStorage.setItem(STORE, JSON.stringify(signs));
  } catch {
    // Storage is full or forbidden: the choice holds for this visit.
  }
}

function restore(form: HTMLFormElement): void {
  for (const [name, sign] of stored()) {
    const input = form.querySelector<HTMLInputElement>(
      `input[name="${CSS.escape(name)}"][value="${CSS.escape(String(sign))}"]`,
    );
    if (input === null) continue;
    input.checked = true;
    const group = input.closest("details");
    if (group !== null) group.open = true;
  }
}

function stored(): [string, unknown][] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return typeof value === "object" && value !== null ? Object.entries(value) : [];
  } catch {
    return [];
  }
}
