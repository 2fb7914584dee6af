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

/** A day of a list with its weekday: `Monday, 22 June 2026`. */
export function formatLongDay(locale: Locale, day: string): string {
  return new Intl.DateTimeFormat(TAG[locale], { dateStyle: "full", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}
