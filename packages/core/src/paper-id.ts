/** A paper's identity: the type, its key form for databases, and its forms in the site's addresses. */
import { parseArxivId } from "./arxiv-id.ts";
import { SCHEME_RULES, type SourceLinks } from "./paper-scheme.ts";

/** The closed set of places a paper id can come from. */
export const PAPER_SCHEMES = [
  "arxiv",
  "openreview",
  "acl",
  "pmlr",
  "ijcai",
  "cvf",
  "neurips",
  "aaai",
  "usenix",
  "virtual",
  "doi",
] as const;

export type PaperScheme = (typeof PAPER_SCHEMES)[number];

/**
 * A paper's identity: the scheme and its canonical local id. An arXiv version is no part of the identity;
 * it travels beside it where a reader asked for one.
 *
 * Local ids: arxiv `2104.09864` or `hep-th/9901001`; openreview `NGB6YNnO5o`; acl `2024.acl-long.290`;
 * pmlr `v235/key24a`; ijcai `2024/33`; cvf `CVPR2025/Name_Title_CVPR_2025_paper` (workshops
 * `CVPR2025W/<workshop>/Name_…_paper`); neurips `2023/<hash>`; aaai `38818`; usenix `<conference>/<slug>`;
 * virtual `nips.cc/2024/poster/99347`; doi `10.1145/3580305.3599256`.
 */
export interface PaperId {
  readonly scheme: PaperScheme;
  readonly local: string;
  readonly version?: number;
}

function isPaperScheme(text: string): text is PaperScheme {
  return (PAPER_SCHEMES as readonly string[]).includes(text);
}

/** Key form `scheme:local`, without the version: `arxiv:2104.09864`. `parsePaperKey` reads it back. */
export function printPaperId(id: PaperId): string {
  return `${id.scheme}:${id.local}`;
}

/**
 * Reads a key form. The local id is canonicalised (`arxiv:math.GT/0309136` → `math/0309136`), an arXiv version is
 * kept beside it; null when the scheme is unknown or the local id has not its form.
 */
export function parsePaperKey(key: string): PaperId | null {
  const colon = key.indexOf(":");
  const scheme = key.slice(0, Math.max(colon, 0));
  return isPaperScheme(scheme) ? parseLocalId(scheme, key.slice(colon + 1)) : null;
}

/** Canonical id of a scheme's local id as a source writes it, or null: `("ijcai", "2024/0033")` → `2024/33`. */
export function parseLocalId(scheme: PaperScheme, local: string): PaperId | null {
  return SCHEME_RULES[scheme].parse(local);
}

/** True when both name the same paper; versions do not count. */
export function isSamePaperId(a: PaperId, b: PaperId): boolean {
  return a.scheme === b.scheme && a.local === b.local;
}

/** Page, PDF and label at the source. An arXiv version asked for is kept in the links. */
export function sourceLinks(id: PaperId): SourceLinks {
  const isVersioned = id.scheme === "arxiv" && id.version !== undefined;
  return SCHEME_RULES[id.scheme].links(isVersioned ? `${id.local}v${id.version}` : id.local);
}

/**
 * Characters that stay as they are in a venue id; every other one is written `~xx` for each of its UTF-8 bytes.
 * Percent-encoding would not do: a router decodes it before the list of ids is split at its commas.
 */
const PLAIN_VENUE_CHARACTER = /^[A-Za-z0-9._:;()!$'*-]$/;

function escapeVenuePart(part: string): string {
  let escaped = "";
  for (const character of part) {
    if (PLAIN_VENUE_CHARACTER.test(character)) escaped += character;
    else
      for (const byte of new TextEncoder().encode(character))
        escaped += `~${byte.toString(16).padStart(2, "0")}`;
  }
  return escaped;
}

function unescapeVenuePart(part: string): string | null {
  if (!part.includes("~")) return part;
  try {
    return decodeURIComponent(part.replaceAll("%", "%25").replaceAll(/~([0-9a-f]{2})/gi, "%$1"));
  } catch {
    return null;
  }
}

/**
 * The form in `/venue/<…>`: the local id's parts from the last to the first, then the site, joined by `@`
 * (`key24a@v235@PMLR`). arXiv papers have their own path, but `2104.09864@arXiv` reads and prints too.
 */
export function printVenuePaperId(id: PaperId): string {
  const inner = id.local.split("/").reverse().map(escapeVenuePart);
  return [...inner, SCHEME_RULES[id.scheme].site].join("@");
}

const SCHEME_BY_SITE: ReadonlyMap<string, PaperScheme> = new Map(
  PAPER_SCHEMES.map((scheme) => [SCHEME_RULES[scheme].site.toLowerCase(), scheme]),
);

/** Reads one `<local>@<…>@<Site>`; the site's case does not matter. Null when it is none. */
export function parseVenuePaperId(text: string): PaperId | null {
  const pieces = text.trim().split("@");
  const scheme = SCHEME_BY_SITE.get(pieces.pop()?.toLowerCase() ?? "");
  if (scheme === undefined || pieces.length === 0) return null;
  const local: string[] = [];
  for (const piece of pieces.reverse()) {
    const part = unescapeVenuePart(piece);
    if (part === null) return null;
    local.push(part);
  }
  return parseLocalId(scheme, local.join("/"));
}

/** The paper's path on the site, ready for an address: `/arxiv/2104.09864v2`, `/venue/key24a@v235@PMLR`. */
export function paperPath(id: PaperId): string {
  if (id.scheme !== "arxiv") return `/venue/${printVenuePaperId(id)}`;
  return `/arxiv/${id.local}${id.version === undefined ? "" : `v${id.version}`}`;
}

/** What a list of ids in an address held: the papers, once each and in order, and the pieces that are none. */
export interface PaperIdList {
  readonly ids: readonly PaperId[];
  readonly unknown: readonly string[];
}

/** Reads the comma-separated list of `/arxiv/<ids>`. Blanks and `+` separate too; the later of two versions of one paper is dropped. */
export function parseArxivIdList(text: string): PaperIdList {
  return readList(text, /[\s,+，、;]+/, parseArxivId);
}

/** Reads the comma-separated list of `/venue/<ids>`. */
export function parseVenuePaperIdList(text: string): PaperIdList {
  return readList(text, /[\s,，、]+/, parseVenuePaperId);
}

function readList(text: string, separator: RegExp, parse: (piece: string) => PaperId | null): PaperIdList {
  const byKey = new Map<string, PaperId>();
  const unknown: string[] = [];
  for (const piece of text.split(separator)) {
    if (piece === "") continue;
    const id = parse(piece);
    if (id === null) unknown.push(piece);
    else if (!byKey.has(printPaperId(id))) byKey.set(printPaperId(id), id);
  }
  return { ids: [...byKey.values()], unknown };
}

/** The page of many papers. A list that mixes arXiv and venues is a venue list: arXiv papers have a form there too. */
export function multiPaperPath(ids: readonly PaperId[]): string {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return paperPath(only);
  const isArxiv = ids.every((id) => id.scheme === "arxiv");
  if (isArxiv) return `/arxiv/${ids.map((id) => paperPath(id).slice("/arxiv/".length)).join(",")}`;
  return `/venue/${ids.map(printVenuePaperId).join(",")}`;
}
