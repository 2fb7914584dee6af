import type { CategoryExpression } from "@cool-papers/core";
import type { Locale } from "../i18n/locale.ts";
import { readArxivPath, readVenuePath } from "./listed-path.ts";
import type { SearchScope } from "./search-url.ts";

/** What a feed follows. `path` is the page whose feed it is. */
export type FollowedList =
  | { readonly kind: "categories"; readonly expression: CategoryExpression; readonly path: string }
  | { readonly kind: "edition"; readonly venue: string; readonly year: number | null; readonly path: string }
  | { readonly kind: "latest-venue-papers"; readonly path: "/venue" }
  | { readonly kind: "search"; readonly scope: SearchScope; readonly path: string };

const SCOPE_OF_PATH: Readonly<Record<string, SearchScope>> = {
  search: "all",
  "arxiv/search": "arxiv",
  "venue/search": "venue",
};

/** Paths of pages, other than lists, that have a feed. */
export function isFollowedPath(path: string): boolean {
  return path === "venue/latest" || Object.hasOwn(SCOPE_OF_PATH, path);
}

/** Reads what stands before `/feed`, decoded and without its first slash; null where nothing can be followed. Total. */
export function readFollowed(path: string): FollowedList | null {
  if (path === "venue/latest") return { kind: "latest-venue-papers", path: "/venue" };
  const scope = Object.hasOwn(SCOPE_OF_PATH, path) ? SCOPE_OF_PATH[path] : undefined;
  if (scope !== undefined) return { kind: "search", scope, path: `/${path}` };
  const [, root, text = ""] = /^(arxiv|venue)\/(.+)$/s.exec(path) ?? [];
  if (root === undefined) return null;
  const listed = root === "arxiv" ? readArxivPath(text) : readVenuePath(text);
  return listed.kind === "categories" || listed.kind === "edition" ? listed : null;
}

/**
 * Address of the feed of a page: `/arxiv/cs.CL` → `/arxiv/cs.CL/feed`, its query after it. Newest first and English go
 * without saying, so that one feed has one address.
 */
export function feedAddress(
  page: string,
  { show = null, locale }: { readonly show?: number | null; readonly locale: Locale },
): string {
  const [path = "", query] = page.split("?");
  const parameters = new URLSearchParams(query);
  if (parameters.get("sort") === "newest") parameters.delete("sort");
  if (show !== null) parameters.set("show", String(show));
  if (locale !== "en") parameters.set("lang", locale);
  const feed = path === "/venue" ? "/venue/latest/feed" : `${path}/feed`;
  return parameters.size === 0 ? feed : `${feed}?${parameters}`;
}
