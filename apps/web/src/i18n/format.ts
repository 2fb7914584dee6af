import type { DatePrecision } from "@cool-papers/core";
import type { Locale } from "./locale.ts";

const TAG: Record<Locale, string> = { en: "en-GB", zh: "zh-CN" };

const numberFormats = new Map<Locale, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

export function formatNumber(locale: Locale, value: number): string {
  let format = numberFormats.get(locale);
  if (format === undefined) {
    format = new Intl.NumberFormat(TAG[locale]);
    numberFormats.set(locale, format);
  }
  return format.format(value);
}

/** A date in UTC, as exactly as it is known: `12 Jun 2017`, or `Jun 2017` when only the month is. */
export function formatDate(locale: Locale, iso: string, precision: DatePrecision = "day"): string {
  const key = `${locale} ${precision === "month" ? "month" : "day"}`;
  let format = dateFormats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(TAG[locale], {
      year: "numeric",
      month: locale === "zh" ? "long" : "short",
      ...(precision === "month" ? {} : { day: "numeric" }),
      timeZone: "UTC",
    });
    dateFormats.set(key, format);
  }
  return format.format(new Date(iso));
}

/** `November 2026` for `2026-11`. */
export function formatMonth(locale: Locale, month: string): string {
  return new Intl.DateTimeFormat(TAG[locale], { year: "numeric", month: "long", timeZone: "UTC" }).format(
    new Date(`${month}-01T00:00:00Z`),
  );
}

/** Names of the days of the week from Monday on. */
export function weekdayNames(locale: Locale): readonly { readonly short: string; readonly long: string }[] {
  const names = (weekday: "short" | "long") =>
    new Intl.DateTimeFormat(TAG[locale], { weekday, timeZone: "UTC" });
  // 5 January 1970 was a Monday.
  return Array.from({ length: 7 }, (_, day) => {
    const date = new Date((4 + day) * 86_400_000);
    return { short: names("short").format(date), long: names("long").format(date) };
  });
}

/** A day of a list with its weekday: `Monday, 22 June 2026`. */
export function formatLongDay(locale: Locale, day: string): string {
  return new Intl.DateTimeFormat(TAG[locale], { dateStyle: "full", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

const AGE_UNITS = [
  { unit: "year", days: 365.25 },
  { unit: "month", days: 30.44 },
  { unit: "day", days: 1 },
] as const;

/** How long ago a day was, in the largest unit that it fills: `10 months ago`. */
export function formatAge(locale: Locale, day: string, now: number): string {
  const days = ageInDays(day, now);
  const { unit, days: length } = AGE_UNITS.find((candidate) => days >= candidate.days) ?? AGE_UNITS[2];
  return new Intl.RelativeTimeFormat(TAG[locale], { numeric: "auto" }).format(
    -Math.floor(days / length),
    unit,
  );
}

/** Whole days from a day (UTC) to an instant (milliseconds since 1970). */
export function ageInDays(day: string, now: number): number {
  return Math.floor((now - Date.parse(`${day}T00:00:00Z`)) / 86_400_000);
}
