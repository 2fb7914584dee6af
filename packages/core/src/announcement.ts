/**
 * arXiv's announcement calendar (https://info.arxiv.org/help/availability.html): papers submitted before 14:00
 * US Eastern are announced at 20:00 on Sunday to Thursday, and listed under the date of the next day, Monday to Friday.
 *
 * arXiv's holidays (a dozen days a year without announcement) are published for the current year only and are not
 * known here: around them a computed day is too early. The day that a source states always takes precedence.
 */
const CUT_OFF_HOUR = 14;
const MS_PER_DAY = 86_400_000;

/** Both daylight-saving rules and their history come from the runtime's time zone data. */
const EASTERN = /* @__PURE__ */ new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  hourCycle: "h23",
});

/** Days from a submission's (or, after the cut-off, the next) weekday to its listing day; Sunday is 0. */
const DAYS_TO_LISTING: readonly number[] = [2, 1, 1, 1, 1, 3, 3];

function easternDayAndHour(instant: Date): { readonly dayMs: number; readonly hour: number } {
  const fields: Record<string, number> = {};
  for (const { type, value } of EASTERN.formatToParts(instant)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0 } = fields;
  return { dayMs: Date.UTC(year, month - 1, day), hour };
}

function isoDay(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

/**
 * The listing day, YYYY-MM-DD, of a paper submitted at an ISO 8601 instant; Monday to Friday. Null when the text is no instant.
 * Holidays are not known: see above.
 */
export function announcementDay(submittedAt: string): string | null {
  const instant = new Date(submittedAt);
  if (Number.isNaN(instant.getTime())) return null;
  const { dayMs, hour } = easternDayAndHour(instant);
  // A submission after the cut-off is one of the next day's.
  const countedDayMs = hour >= CUT_OFF_HOUR ? dayMs + MS_PER_DAY : dayMs;
  const weekday = new Date(countedDayMs).getUTCDay();
  return isoDay(countedDayMs + (DAYS_TO_LISTING[weekday] ?? 1) * MS_PER_DAY);
}
