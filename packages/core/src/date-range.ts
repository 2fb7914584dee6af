/** Ranges of years and days as the query language writes them: `2020`, `2020..2024`, `>2020`, `<=2024-05`, `..2024-05-01`. */

/** Inclusive on both sides; null is open. */
export interface Range<T> {
  readonly from: T | null;
  readonly to: T | null;
}

export const FIRST_YEAR = 1900;
export const LAST_YEAR = 2100;

const COMPARISON = /^(>=|<=|>|<|≥|≤)(.+)$/;

function parseRange<T extends string | number>(
  text: string,
  spanOf: (text: string) => Range<T> | null,
  step: (value: T, by: 1 | -1) => T,
): Range<T> | null {
  const [, operator, operand = ""] = COMPARISON.exec(text) ?? [];
  if (operator !== undefined) {
    const span = spanOf(operand);
    if (span?.from == null || span.to == null) return null;
    if (operator === ">") return { from: step(span.to, 1), to: null };
    if (operator === "<") return { from: null, to: step(span.from, -1) };
    return operator === ">=" || operator === "≥"
      ? { from: span.from, to: null }
      : { from: null, to: span.to };
  }
  const dots = text.indexOf("..");
  if (dots === -1) return spanOf(text);
  const [left, right] = [text.slice(0, dots), text.slice(dots + 2)];
  const start = left === "" ? { from: null, to: null } : spanOf(left);
  const end = right === "" ? { from: null, to: null } : spanOf(right);
  if (start === null || end === null || (left === "" && right === "")) return null;
  if (start.from !== null && end.to !== null && start.from > end.to) return null;
  return { from: start.from, to: end.to };
}

function yearSpan(text: string): Range<number> | null {
  const year = /^\d{4}$/.test(text) ? Number(text) : Number.NaN;
  return year >= FIRST_YEAR && year <= LAST_YEAR ? { from: year, to: year } : null;
}

/** Reads years between 1900 and 2100; null when the text is no range of them or ends before it starts. */
export function parseYearRange(text: string): Range<number> | null {
  const dashed = /^(\d{4})[-–~](\d{4})$/.exec(text);
  return parseRange(dashed ? `${dashed[1]}..${dashed[2]}` : text, yearSpan, (year, by) => year + by);
}

function isoDay(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal && year >= FIRST_YEAR && year <= LAST_YEAR ? date.toISOString().slice(0, 10) : null;
}

/** A day, or all days of a month or a year. */
function daySpan(text: string): Range<string> | null {
  const match = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?$/.exec(text);
  if (!match) return null;
  const year = Number(match[1]);
  const firstMonth = Number(match[2] ?? 1);
  const lastMonth = Number(match[2] ?? 12);
  const from = isoDay(year, firstMonth, Number(match[3] ?? 1));
  const to = isoDay(
    year,
    lastMonth,
    match[3] === undefined ? new Date(Date.UTC(year, lastMonth, 0)).getUTCDate() : Number(match[3]),
  );
  return from === null || to === null ? null : { from, to };
}

function stepDay(day: string, by: 1 | -1): string {
  return new Date(Date.parse(day) + by * 86_400_000).toISOString().slice(0, 10);
}

/** Reads days YYYY-MM-DD, months YYYY-MM and years; null when a day does not exist or the range ends before it starts. */
export function parseDateRange(text: string): Range<string> | null {
  return parseRange(text, daySpan, stepDay);
}

/** What both ranges allow; may be empty, with `from` after `to`. */
export function intersectRanges<T extends string | number>(a: Range<T>, b: Range<T>): Range<T> {
  const from = a.from === null ? b.from : b.from === null || a.from > b.from ? a.from : b.from;
  const to = a.to === null ? b.to : b.to === null || a.to < b.to ? a.to : b.to;
  return { from, to };
}

/** Text that the parsers read back, one or (for an empty intersection) two operands. */
export function printRange<T extends string | number>({ from, to }: Range<T>): string[] {
  if (from === null && to === null) return [];
  if (from === null) return [`..${to}`];
  if (to === null) return [`${from}..`];
  if (from === to) return [`${from}`];
  return from < to ? [`${from}..${to}`] : [`${from}..`, `..${to}`];
}
