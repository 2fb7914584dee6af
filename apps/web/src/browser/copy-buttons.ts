import { onCards } from "./added-cards.ts";

const DONE_MS = 1500;

/** Shows the copy buttons and makes them copy their own text, or that of the element they name. */
export function enableCopyButtons(root: Document): void {
  const show = (within: ParentNode): void => {
    for (const button of within.querySelectorAll<HTMLButtonElement>(
      "button[data-copy], button[data-copy-from]",
    ))
      button.hidden = false;
  };
  show(root);
  onCards((cards) => cards.forEach(show));
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>(
      "button[data-copy], button[data-copy-from]",
    );
    if (button !== null) void copy(root, button);
  });
}

async function copy(root: Document, button: HTMLButtonElement): Promise<void> {
  const text = button.dataset.copy ?? root.getElementById(button.dataset.copyFrom ?? "")?.textContent ?? "";
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or no secure context: the old way needs neither.
    copyBySelection(root, text);
  }
  if (button.dataset.done === undefined || label === button.dataset.done) return;
  button.textContent = button.dataset.done;
  setTimeout(() => {
    button.textContent = label;
  }, DONE_MS);
}

function copyBySelection(root: Document, text: string): void {
  const area = root.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  root.body.append(area);
  area.select();
  root.execCommand("copy");
  area.remove();
}
