/** DOI names and the ids that some registrants put into them. */
import { parseArxivId } from "./arxiv-id.ts";
import type { PaperId } from "./paper-id.ts";

const DOI_NAME = /^10\.\d{4,9}(?:\.\d+)*\/[^\s\p{Cc}]+$/u;
const RESOLVER = /^(?:https?:\/\/)?(?:(?:dx|www)\.)?doi\.org\/|^doi\s*[:：]\s*|^info:doi\//i;

/** Bare, lower-case DOI name of a DOI, `doi:` text or resolver address; null when it is none. */
export function normalizeDoi(text: string): string | null {
  const bare = text
    .trim()
    .replace(RESOLVER, "")
    // Some sources break the name after its prefix.
    .replace(/^10\.\s+/, "10.")
    .toLowerCase();
  return bare.length <= 300 && DOI_NAME.test(bare) ? bare.normalize("NFC") : null;
}

/** Registrants whose DOI holds another scheme's id. A null answer leaves the DOI as it is. */
const EMBEDDED_IDS: readonly (readonly [RegExp, (match: RegExpExecArray) => PaperId | null])[] = [
  [/^10\.48550\/arxiv\.(.+)$/, (match) => parseArxivId(match[1] ?? "")],
  [/^10\.(?:18653|3115)\/v1\/([a-z]\d{2}-\d{4})$/, (match) => aclId((match[1] ?? "").toUpperCase())],
  [/^10\.18653\/v1\/(\d{4}\.[a-z0-9_]+-[a-z0-9]+\.[1-9]\d*)$/, (match) => aclId(match[1] ?? "")],
  [
    /^10\.24963\/ijcai\.((?:19|20)\d{2})\/0*([1-9]\d{0,4})$/,
    (match) => ({ scheme: "ijcai", local: `${match[1]}/${match[2]}` }),
  ],
  // The last number is the article's number in AAAI's journal system since volume 34 (2020); before, it was a page code.
  [
    /^10\.1609\/aaai\.v(?:3[4-9]|[4-9]\d)i\d+\.([1-9]\d{3,6})$/,
    (match) => ({ scheme: "aaai", local: match[1] ?? "" }),
  ],
];

function aclId(local: string): PaperId {
  return { scheme: "acl", local };
}

/**
 * The paper that a DOI names: `10.48550/arXiv.2104.09864` is the arXiv paper, `10.18653/v1/P19-1001` the ACL paper,
 * any other DOI stands for itself. Null when the text is no DOI.
 */
export function parseDoi(text: string): PaperId | null {
  const doi = normalizeDoi(text);
  if (doi === null) return null;
  for (const [pattern, toId] of EMBEDDED_IDS) {
    const match = pattern.exec(doi);
    const id = match && toId(match);
    if (id) return id;
  }
  return { scheme: "doi", local: doi };
}
