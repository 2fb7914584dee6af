/**
 * Finds the papers that a text names: addresses of the sources and of this site, `arXiv:` and DOI names, and bare ids
 * whose form leaves no doubt. Every step consumes what it read, so that a DOI's number is not read again as an arXiv id.
 */
import { parseArxivId } from "./arxiv-id.ts";
import { parseDoi } from "./doi.ts";
import { type PaperId, parseLocalId, parseVenuePaperId, printPaperId } from "./paper-id.ts";
import { paperIdsOfUrl } from "./paper-url.ts";

/** A piece of text that names papers, and where it ends. */
interface Reading {
  readonly ids: readonly PaperId[];
  readonly end: number;
}

// Every repetition is bounded, so that reading is linear in the length of the text.
const ADDRESS =
  /(?:https?:\/\/|www\.)[^\s<>"“”‘’「」『』（）()，。；、]{1,1000}(?:\([^\s<>"()]{0,200}\)[^\s<>"“”()，。；、]{0,200}){0,3}/iy;
/** Addresses without a protocol are read for the sources only. */
const BARE_ADDRESS =
  /(?:[a-z0-9-]{1,63}\.){0,4}(?:arxiv\.org|alphaxiv\.org|openreview\.net|aclanthology\.org|aclweb\.org|huggingface\.co|hf\.co|papers\.cool|mlr\.press|ijcai\.org|thecvf\.com|neurips\.cc|nips\.cc|icml\.cc|iclr\.cc|ecva\.net|ojs\.aaai\.org|usenix\.org|doi\.org)\/[^\s<>"“”‘’（）()，。；、]{1,1000}/iy;
const ARXIV_NAME =
  /arxiv\s{0,2}[:：]\s{0,2}((?:\d{4}\.\d{4,5}|[a-z-]{2,10}(?:\.[a-z-]{2,9})?\/\d{7})(?:v\d{1,3})?)(?![\d])/iy;
const DOI_NAME =
  /(?:doi\s{0,2}[:：]\s{0,2}|info:doi\/)?10\.\d{4,9}(?:\.\d{1,9}){0,3}\/[^\s<>"“”‘’，。；、]{1,250}/iy;
const SITE_NAME =
  /[^\s@,，、"“”<>/]{1,260}(?:@[^\s@,，、"“”<>/]{0,80}){0,5}@(?:arXiv|OpenReview|ACL|PMLR|IJCAI|CVF|NeurIPS|AAAI|USENIX|Virtual|DOI)(?![\w@])/iy;
const NEW_ARXIV = /\d{4}\.\d{4,5}(?:v\d{1,3})?(?![\w-]|\.\w|[,/]\d{1,3}(?!\d)|\s?%)/iy;
const OLD_ARXIV = /[a-z]{2,8}(?:-[a-z]{2,4})?(?:\.[a-z-]{2,9})?\/\d{7}(?:v\d{1,3})?(?![\w-]|\.\w)/iy;
const ACL_NAME = /(?:\d{4}\.[a-z0-9_]{1,30}-[a-z0-9]{1,30}\.\d{1,5}|[A-Z]\d{2}-\d{4})(?![\w-]|\.\w)/y;

const TRAILING_PUNCTUATION = /[.,;:!?'")\]}>*]+$/;

/** Cuts sentence punctuation off an address or DOI; a closing bracket stays when it closes one inside. */
function withoutTrailing(text: string): string {
  let end = text.length;
  const count = (character: string) => text.slice(0, end).split(character).length - 1;
  while (end > 0) {
    const last = text[end - 1] ?? "";
    if (!TRAILING_PUNCTUATION.test(last)) break;
    if (last === ")" && count("(") >= count(")")) break;
    end--;
  }
  return text.slice(0, end);
}

/** What may stand before a bare id: nothing that makes it part of a longer word, number, path or sum. Chinese runs words together. */
const BEFORE_BARE_ID = /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}_./@$€£¥+=±#&?~≈-]/u;
const PHONE_BEFORE =
  /(?:(?:tel|phone|fax|mobile|电话|手机|传真)[a-z]{0,5}[.:：]?\s{0,2}[+\d(). -]{0,12}|\+\d{1,3}[ .-]?)$/i;
const UNIT_AFTER =
  /^\s?(?:km|kg|cm|mm|nm|µm|μm|m|g|s|ms|eV|keV|MeV|GeV|TeV|Hz|kHz|MHz|GHz|USD|EUR|RMB|dollars?|euros?|元|米|公里)(?![\p{L}\p{N}])/u;

type Reader = (text: string, index: number) => Reading | null;

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** A reader for a pattern: what it matches is consumed even when it names no paper, so that nothing inside is read again. */
function reader(pattern: RegExp, idsOf: (match: string) => readonly PaperId[]): Reader {
  return (text, index) => {
    const whole = matchAt(pattern, text, index)?.[0];
    if (whole === undefined) return null;
    const trimmed = withoutTrailing(whole);
    return { ids: idsOf(trimmed), end: index + Math.max(trimmed.length, 1) };
  };
}

/** A reader that gives way to the next when the match is no id. */
function bareReader(pattern: RegExp, parse: (match: string) => PaperId | null): Reader {
  return (text, index) => {
    const match = matchAt(pattern, text, index);
    const id = match && parse(match[1] ?? match[0]);
    return match && id ? { ids: [id], end: index + match[0].length } : null;
  };
}

function one(id: PaperId | null): readonly PaperId[] {
  return id === null ? [] : [id];
}

const readAddress = reader(ADDRESS, paperIdsOfUrl);
const readBareAddress = reader(BARE_ADDRESS, paperIdsOfUrl);
const readDoi = reader(DOI_NAME, (match) => one(parseDoi(match)));
const readSiteName = bareReader(SITE_NAME, parseVenuePaperId);
const readArxivName = bareReader(ARXIV_NAME, parseArxivId);
const readOldArxiv = bareReader(OLD_ARXIV, parseArxivId);
const readAcl = bareReader(ACL_NAME, (match) => parseLocalId("acl", match));
const readNumber = bareReader(NEW_ARXIV, parseArxivId);

/** Bare `YYMM.NNNNN`, unless the words around make it a telephone number or a measured value. */
const readNewArxiv: Reader = (text, index) => {
  const reading = readNumber(text, index);
  const isOther =
    reading !== null &&
    (PHONE_BEFORE.test(text.slice(Math.max(0, index - 24), index)) ||
      UNIT_AFTER.test(text.slice(reading.end, reading.end + 12)));
  return isOther ? null : reading;
};

/** In order of precedence: what is longer and more explicit comes first. */
const READERS: readonly Reader[] = [
  readAddress,
  readBareAddress,
  readSiteName,
  readArxivName,
  readDoi,
  readAcl,
  readOldArxiv,
  readNewArxiv,
];

interface Scan {
  readonly ids: readonly PaperId[];
  /** The text without what named a paper. */
  readonly rest: string;
}

function scan(text: string): Scan {
  const byKey = new Map<string, PaperId>();
  let rest = "";
  let index = 0;
  let before = " ";
  while (index < text.length) {
    const reading = BEFORE_BARE_ID.test(before) ? readAt(text, index) : null;
    const end = reading?.end ?? index + 1;
    for (const id of reading?.ids ?? []) if (!byKey.has(printPaperId(id))) byKey.set(printPaperId(id), id);
    if (reading === null || reading.ids.length === 0) rest += text.slice(index, end);
    else rest += " ";
    before = reading === null ? (text[index] ?? " ") : " ";
    index = end;
  }
  return { ids: [...byKey.values()], rest };
}

function readAt(text: string, index: number): Reading | null {
  const first = text[index] ?? "";
  // Only a venue id can begin with one of these (OpenReview ids hold - and _).
  if (/[~_-]/.test(first)) return readSiteName(text, index);
  if (!/[\p{L}\p{N}]/u.test(first)) return null;
  for (const read of READERS) {
    const reading = read(text, index);
    if (reading) return reading;
  }
  return null;
}

/** All papers that a text or address names, each once, in order; the first version seen of a paper is kept. */
export function findPaperIds(text: string): PaperId[] {
  return [...scan(text).ids];
}

/** What may stand between ids in a list of nothing but ids. */
const ONLY_SEPARATORS = /^(?:[\s,;|+&，；、。.()[\]<>{}"'“”‘’*•·-]|\band\b|\[[a-z-]+(?:\.[a-z-]+)?\])*$/i;

/** True when the text is one or more paper ids or addresses and nothing else, so that a search for it is a visit. */
export function isOnlyPaperIds(text: string): boolean {
  if (text.length > 20_000) return false;
  const { ids, rest } = scan(text);
  return ids.length > 0 && ONLY_SEPARATORS.test(rest);
}
