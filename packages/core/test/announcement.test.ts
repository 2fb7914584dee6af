import fc from "fast-check";
import { expect, test } from "vitest";
import { announcementDay } from "../src/index.ts";

// 2026-11-15 is a Sunday; US Eastern is UTC-5 in November and UTC-4 in July.
test.each([
  ["2026-11-13T18:59:59Z", "2026-11-16", "Friday before the cut-off: announced Sunday, listed Monday"],
  ["2026-11-13T19:00:00Z", "2026-11-17", "Friday at the cut-off: listed Tuesday"],
  ["2026-11-14T12:00:00Z", "2026-11-17", "Saturday: listed Tuesday"],
  ["2026-11-15T23:00:00Z", "2026-11-17", "Sunday: listed Tuesday"],
  ["2026-11-16T18:59:59Z", "2026-11-17", "Monday before the cut-off: listed Tuesday"],
  ["2026-11-16T19:00:00Z", "2026-11-18", "Monday at the cut-off: listed Wednesday"],
  ["2026-11-17T19:00:00Z", "2026-11-19", "Tuesday at the cut-off: listed Thursday"],
  ["2026-11-18T19:00:00Z", "2026-11-20", "Wednesday at the cut-off: listed Friday"],
  ["2026-11-19T19:00:00Z", "2026-11-23", "Thursday at the cut-off: listed Monday"],
  ["2026-07-16T17:59:59Z", "2026-07-17", "summer time moves the cut-off: Thursday before it"],
  ["2026-07-16T18:00:00Z", "2026-07-20", "summer time moves the cut-off: Thursday at it"],
  ["2026-03-06T18:59:59Z", "2026-03-09", "the last Friday before summer time"],
  ["2026-03-13T18:00:00Z", "2026-03-17", "the first Friday of summer time, at the cut-off"],
  ["2026-12-31T20:00:00Z", "2027-01-04", "over the turn of the year"],
  ["2017-06-12T17:57:34.000Z", "2017-06-13", "with milliseconds"],
  ["2026-11-17T02:00:00+08:00", "2026-11-17", "with an offset"],
])("submitted %s is listed %s (%s)", (submittedAt, listed) => {
  expect(announcementDay(submittedAt)).toBe(listed);
});

test("what is no instant has no day", () => {
  for (const text of ["", "soon", "2026-13-01T00:00:00Z", "NaN"]) expect(announcementDay(text)).toBeNull();
});

const instants = fc.date({
  min: new Date("1991-08-01T00:00:00Z"),
  max: new Date("2060-01-01T00:00:00Z"),
  noInvalidDate: true,
});

test("a listing day is a Monday to Friday, one to four days after the submission", () => {
  fc.assert(
    fc.property(instants, (instant) => {
      const day = announcementDay(instant.toISOString())!;
      const weekday = new Date(day).getUTCDay();
      expect(weekday).toBeGreaterThanOrEqual(1);
      expect(weekday).toBeLessThanOrEqual(5);
      // Midnight Eastern of the listing day, less the instant; from ten hours to three days and ten hours and a clock change.
      const hours = (Date.parse(`${day}T05:00:00Z`) - instant.getTime()) / 3_600_000;
      expect(hours).toBeGreaterThan(8);
      expect(hours).toBeLessThanOrEqual(83);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("a later submission is never listed earlier", () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 10 * 86_400_000 }), (instant, laterMs) => {
      const later = new Date(instant.getTime() + laterMs);
      expect(announcementDay(later.toISOString())! >= announcementDay(instant.toISOString())!).toBe(true);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("each listing day takes exactly the submissions between two cut-offs", () => {
  // Every hour of eight weeks that hold a clock change: each day has the hours of its submission window.
  const hours = new Map<string, number>();
  const start = Date.parse("2026-10-09T18:00:00Z");
  for (let hour = 0; hour < 8 * 7 * 24 + 1; hour++) {
    const day = announcementDay(new Date(start + hour * 3_600_000).toISOString())!;
    hours.set(day, (hours.get(day) ?? 0) + 1);
  }
  expect(hours.size).toBe(40);
  expect([...hours.values()].slice(0, 5)).toEqual([72, 24, 24, 24, 24]);
  expect([...hours.values()].reduce((sum, count) => sum + count, 0)).toBe(8 * 7 * 24 + 1);
});
