import { arxivMonth } from "@cool-papers/core";

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/u;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;

/** True for an existing day `YYYY-MM-DD` between 1900 and 2200. */
export function isDay(text: string): boolean {
  const match = DAY.exec(text);
  if (!match) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text && isPlausibleYear(at);
}

/** The first instant of a day that isDay accepts, ISO 8601 in UTC. */
export function startOfDay(day: string): string {
  return `${day}T00:00:00Z`;
}

/** An ISO 8601 or RFC 2822 instant as ISO 8601 in UTC, or null when it is none or implausible. */
export function toInstant(text: string): string | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) || !isPlausibleYear(at) ? null : printInstant(at);
}

/** First instant of the month in a canonical arXiv id (`2104.09864`, `hep-th/9901001`). */
export function monthOfArxivId(local: string): string | null {
  const month = arxivMonth(local);
  return month && printInstant(new Date(Date.UTC(month.year, month.month - 1)));
}

/** Whole seconds: one instant has one spelling, and it is the record's. */
function printInstant(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

function isPlausibleYear(at: Date): boolean {
  return at.getUTCFullYear() >= FIRST_YEAR && at.getUTCFullYear() < LAST_YEAR;
}
