import { multiPaperPath } from "@cool-papers/core";
import { readChosenCategories } from "../url/category-choice.ts";
import { isFollowedPath } from "../url/feed-url.ts";
import { MAX_URL_LENGTH } from "../url/limits.ts";
import { type ListedPath, readArxivPath, readPastedIds, readVenuePath } from "../url/listed-path.ts";

/** Why an address is no address; the pages' dictionaries hold a sentence for each. */
export type BadAddress =
  | "bad-escape"
  | "bad-character"
  | "too-long"
  | "too-many-ids"
  | "not-an-id"
  | "not-a-venue";

/** What to do with a request before any page runs. */
export type RouteDecision =
  | { readonly kind: "render"; readonly url: string }
  | { readonly kind: "redirect"; readonly status: 307 | 308; readonly location: string }
  | {
      readonly kind: "problem";
      readonly status: 400 | 404 | 414;
      readonly code: BadAddress;
      readonly value: string;
    };

/** Of the control characters, only the blanks among them (tab, new lines) occur in text. */
const CONTROL_CHARACTERS = /(?![\t\n\r])\p{Cc}/u;

/**
 * Decides on an address (path and query, percent-encoded, as it came): other forms of an address go to the canonical
 * one for good, a search for nothing but ids goes to those papers, and what cannot be read is refused with a reason.
 */
export function decideRoute(url: string): RouteDecision {
  if (url.length > MAX_URL_LENGTH) return problem(414, "too-long", String(url.length));
  const questionMark = url.indexOf("?");
  const rawPath = questionMark < 0 ? url : url.slice(0, questionMark);
  const rawQuery = questionMark < 0 ? "" : url.slice(questionMark + 1);
  const path = decode(rawPath);
  if (path === null) return problem(400, "bad-escape", rawPath);
  if (!isDecodable(rawQuery)) return problem(400, "bad-escape", rawQuery);
  const parameters = new URLSearchParams(rawQuery);
  const values = [path, ...[...parameters].flat()];
  const hostile = values.find((value) => CONTROL_CHARACTERS.test(value));
  if (hostile !== undefined) return problem(400, "bad-character", hostile);

  // One slash at most at the start: `//host/…` in a Location header would leave the site.
  const tidy = path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  if (tidy !== path) return redirect(308, encodePath(tidy), rawQuery);

  const [, root, ...rest] = tidy.split("/");
  if (isSearchPath(tidy)) return decideSearch(url, parameters);
  const before = tidy.slice(1).replace(/\/feed$/, "");
  if (tidy.endsWith("/feed") && isFollowedPath(before)) return internal("/feed", before, rawQuery);
  if (root !== "arxiv" && root !== "venue") return { kind: "render", url };
  if (rest.length === 0) return root === "arxiv" ? decideChoice(parameters) : { kind: "render", url };
  if (tidy === "/venue/latest") return redirect(307, "/venue", "");
  return decideListed(url, root, rest, rawQuery);
}

function decideListed(
  url: string,
  root: "arxiv" | "venue",
  rest: readonly string[],
  rawQuery: string,
): RouteDecision {
  const last = rest.length > 1 ? rest.at(-1) : undefined;
  const action = last === "cite" || last === "feed" ? `/${last}` : "";
  const text = (action === "" ? rest : rest.slice(0, -1)).join("/");
  const listed = root === "arxiv" ? readArxivPath(text) : readVenuePath(text);
  if (listed.kind === "invalid") return problem(404, root === "arxiv" ? "not-an-id" : "not-a-venue", text);
  if (listed.kind === "too-many") return problem(400, "too-many-ids", String(listed.count));
  if (decode(listed.path) !== `/${root}/${text}` && isFinal(listed))
    return redirect(308, listed.path + action, rawQuery);
  if (action === "") return { kind: "render", url };
  const arePapers = listed.kind === "paper" || listed.kind === "papers";
  if (action === "/cite" && !arePapers) return problem(404, "not-an-id", text);
  return internal(action, `${root}/${text}`, rawQuery);
}

/** A list with pieces that are no ids or no categories stays as it was typed, so that the page can name them. */
function isFinal(listed: ListedPath): boolean {
  if (listed.kind === "papers") return listed.unknown.length === 0;
  return listed.kind !== "categories" || listed.expression.unknown.length === 0;
}

/** The form of the start page comes here: each category with its sign. */
function decideChoice(parameters: URLSearchParams): RouteDecision {
  const path = readChosenCategories(parameters);
  return path === null ? redirect(307, "/", "") : redirect(307, path, "");
}

/** An address that only decisions lead to; `of` is the list it belongs to. */
function internal(path: string, of: string, rawQuery: string): RouteDecision {
  const parameters = new URLSearchParams(rawQuery);
  parameters.set("of", of);
  return { kind: "render", url: `${path}?${parameters}` };
}

function isSearchPath(path: string): boolean {
  return path === "/search" || path === "/arxiv/search" || path === "/venue/search";
}

function decideSearch(url: string, parameters: URLSearchParams): RouteDecision {
  const ids = readPastedIds(parameters.get("q") ?? parameters.get("query") ?? "");
  return ids === null ? { kind: "render", url } : redirect(307, multiPaperPath(ids), "");
}

function redirect(status: 307 | 308, path: string, rawQuery: string): RouteDecision {
  return { kind: "redirect", status, location: rawQuery === "" ? path : `${path}?${rawQuery}` };
}

function problem(status: 400 | 404 | 414, code: BadAddress, value: string): RouteDecision {
  return { kind: "problem", status, code, value: value.slice(0, 200) };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** URLSearchParams never throws, it puts replacement characters; an address that cannot be read is refused instead. */
function isDecodable(rawQuery: string): boolean {
  return decode(rawQuery.replaceAll("+", "%20")) !== null;
}

function encodePath(path: string): string {
  return path
    .split("/")
    .map(encodeURIComponent)
    .join("/")
    .replaceAll("%40", "@")
    .replaceAll("%2C", ",")
    .replaceAll("%3A", ":");
}
