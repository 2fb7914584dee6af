/** A choice of language or colours leaves the reader where they are on the page: it is sent, then the page is loaded again. */
export function keepPlaceOnChoice(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!("preferences" in form.dataset)) return;
    event.preventDefault();
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, event.submitter)) body.append(name, String(value));
    // Offline the page stays as it is.
    fetch(form.action, { method: "POST", body, redirect: "manual" }).then(
      () => location.reload(),
      () => undefined,
    );
  });
}
