/**
 * arXiv identifiers (https://info.arxiv.org/help/arxiv_identifier.html):
 * `archive(.CLASS)?/YYMMNNN` from 1991-08 to 2007-03, `YYMM.NNNN` from 0704 to 1412, `YYMM.NNNNN` since 1501,
 * each with an optional version `vN`. The subject class is no part of the canonical form.
 */
import { OLD_ID_ARCHIVES } from "./arxiv-archives.ts";
import type { PaperId } from "./paper-id.ts";

const NEW_FORM = /^(\d{2})(\d{2})\.(\d{4,5})(?:v([1-9]\d{0,2}))?$/i;
const OLD_FORM = /^([a-z]+(?:-[a-z]+)?)(?:\.[a-z-]{2,9})?\/(\d{2})(\d{2})(\d{3})(?:v([1-9]\d{0,2}))?$/i;

/** The month in which an arXiv id was given out. */
export interface ArxivMonth {
  /** Four digits. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

function withVersion(local: string, version: string | undefined): PaperId {
  return version === undefined
    ? { scheme: "arxiv", local }
    : { scheme: "arxiv", local, version: Number(version) };
}

function isMonth(month: number): boolean {
  return month >= 1 && month <= 12;
}

function parseNewForm(text: string): PaperId | null {
  const match = NEW_FORM.exec(text);
  if (!match) return null;
  const [, yy = "", mm = "", number = "", version] = match;
  const yearMonth = Number(yy + mm);
  // 91 to 99 are the years of the old form; they come back in 2091.
  if (!isMonth(Number(mm)) || yearMonth < 704 || yearMonth > 9012) return null;
  if (number.length !== (yearMonth >= 1501 ? 5 : 4) || Number(number) === 0) return null;
  return withVersion(`${yy}${mm}.${number}`, version);
}

function parseOldForm(text: string): PaperId | null {
  const match = OLD_FORM.exec(text);
  if (!match) return null;
  const [, archive = "", yy = "", mm = "", number = "", version] = match;
  const name = archive.toLowerCase();
  const yearMonth = Number(yy + mm);
  const isOldMonth = isMonth(Number(mm)) && (yearMonth >= 9107 || yearMonth <= 703);
  if (!OLD_ID_ARCHIVES.has(name) || !isOldMonth || number === "000") return null;
  return withVersion(`${name}/${yy}${mm}${number}`, version);
}

/**
 * Reads one arXiv id, canonicalises it and keeps its version: `math.GT/0309136v2` → `math/0309136`, version 2.
 * A leading `arXiv:`, a trailing `.pdf` and a trailing `[cs.CL]` (as on the PDF's margin) are accepted.
 * Null when the text is anything else, an impossible month or a wrong number of digits included.
 */
export function parseArxivId(text: string): PaperId | null {
  if (text.length > 80) return null;
  const bare = text
    .trim()
    .replace(/^arxiv\s*[:：]\s*/i, "")
    .replace(/\s*\[[a-z.-]{2,20}\]$/i, "")
    .replace(/\.pdf$/i, "");
  return parseNewForm(bare) ?? parseOldForm(bare);
}

/** The month that a canonical local id states (`2104.09864` → April 2021), or null when it is no arXiv id. */
export function arxivMonth(local: string): ArxivMonth | null {
  if (!parseArxivId(local)) return null;
  const digits = local.slice(local.indexOf("/") + 1);
  const yy = Number(digits.slice(0, 2));
  return { year: yy >= 91 ? 1900 + yy : 2000 + yy, month: Number(digits.slice(2, 4)) };
}
