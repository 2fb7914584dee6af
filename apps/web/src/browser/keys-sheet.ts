const STORED = "cool-papers.single-keys";

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** Single keys can be switched off: speech input and slips of the hand press them too (WCAG 2.1.4). */
export function areKeysOn(): boolean {
  return stored() !== "off";
}

/** Opens the sheet that explains the keys; the browser's own dialog keeps the focus in it and closes on Escape. */
export function openKeysSheet(): void {
  const sheet = document.querySelector<HTMLDialogElement>("#keys-sheet");
  if (sheet !== null && !sheet.open) sheet.showModal();
}

export function enableKeysSheet(): void {
  const sheet = document.querySelector<HTMLDialogElement>("#keys-sheet");
  const choice = sheet?.querySelector<HTMLInputElement>("input[type=checkbox]");
  if (sheet === null || choice == null) return;
  choice.checked = areKeysOn();
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, choice.checked ? "on" : "off");
    } catch {
      choice.checked = true;
    }
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-open-keys]")) {
    button.hidden = false;
    button.addEventListener("click", openKeysSheet);
  }
  // A click on the ground around it closes it.
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close();
  });
}
