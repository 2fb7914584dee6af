/**
 * Next's client runtime takes 133 kB gzipped before a page has any script of its own (16.4; measured in
 * docs/decisions/0004), and its payload repeats every abstract of the page. Our pages are plain HTML with one small module
 * of ours, so every other script and its preloads are taken out of the finished page.
 *
 * Elements are found by pattern, which is sound because text of ours is escaped: `<script` and `<link` in a page are
 * elements that Next or our layout wrote.
 */
export function stripClientRuntime(page: string): string {
  if (page.includes('<template id="B:')) {
    throw new Error(
      "A Suspense boundary was streamed into the page; pages here must be complete without scripts.",
    );
  }
  return page
    .replace(/<script\b([^>]*)>[\s\S]*?<\/script>/g, (element, attributes: string) =>
      isOurs(attributes) ? element : "",
    )
    .replace(/<link rel="preload" as="script"[^>]*>/g, "")
    .replace(/<div hidden=""><!--\$--><!--\/\$--><\/div>/g, "");
}

function isOurs(attributes: string): boolean {
  return / type="application\/ld\+json"/.test(attributes) || / src="\/_site\//.test(attributes);
}
