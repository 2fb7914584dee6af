/** A path of this site to go back to; anything that could lead elsewhere is the start page. */
export function readReturnPath(value: unknown): string {
  if (typeof value !== "string" || !/^\/(?![/\\])[^\s\\]*$/.test(value) || value.length > 8000) return "/";
  const url = new URL(value, "http://site.invalid");
  return url.host === "site.invalid" ? url.pathname + url.search : "/";
}
