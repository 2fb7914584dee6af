import type { ListText, Queryable } from "@cool-papers/db";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weekdayNames } from "../src/i18n/format.ts";
import { monthGrid } from "../src/page/month-grid.ts";
import { DayTextCache } from "../src/server/day-texts.ts";
import { type DayState, dayUrl, readDayUrl } from "../src/url/day-url.ts";

describe("L1 monthGrid", () => {
  it("starts weeks on Monday and knows leap years", () => {
    expect(monthGrid("2026-02").map((week) => week.map((day) => day?.slice(8) ?? "").join(" "))).toEqual([
      "      01",
      "02 03 04 05 06 07 08",
      "09 10 11 12 13 14 15",
      "16 17 18 19 20 21 22",
      "23 24 25 26 27 28 ",
    ]);
    expect(monthGrid("2024-02").flat()).toContain("2024-02-29");
  });

  it("has every day of any month once, in order, in whole weeks under the right weekday", () => {
    const month = fc.tuple(fc.integer({ min: 1900, max: 2099 }), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(month, ([year, number]) => {
        const grid = monthGrid(`${year}-${String(number).padStart(2, "0")}`);
        const days = grid.flat().filter((day) => day !== null);
        expect(days.length).toBe(new Date(Date.UTC(year, number, 0)).getUTCDate());
        expect(days).toEqual(days.toSorted());
        for (const week of grid) {
          expect(week.length).toBe(7);
          for (const [index, day] of week.entries())
            if (day !== null) expect((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7).toBe(index);
        }
      }),
    );
  });

  it("has weekdays from Monday on in both languages", () => {
    expect(weekdayNames("en").map(({ long }) => long)).toEqual([
      "Monday",
      "Tuesday",
      "Wednesday",
      "Thursday",
      "Friday",
      "Saturday",
      "Sunday",
    ]);
    expect(weekdayNames("zh")[0]).toEqual({ short: "周一", long: "星期一" });
  });
});

describe("L4 list addresses", () => {
  it("print and read back whatever the reader chose", () => {
    const state: fc.Arbitrary<DayState> = fc.record({
      path: fc.constant("/arxiv/cs.CL"),
      date: fc.constantFrom(null, "2026-02-10"),
      sort: fc.constantFrom("announced", "submitted", "stars"),
      skip: fc.integer({ min: 0, max: 10_000 }),
      show: fc.integer({ min: 1, max: 500 }),
      filter: fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => text.trim()),
      calendar: fc.constantFrom(null, "", "2026-02"),
    });
    fc.assert(
      fc.property(state, (chosen) => {
        const address = new URL(dayUrl(chosen), "http://site.invalid");
        expect(readDayUrl(chosen.path, address.searchParams)).toEqual({ state: chosen, badDate: null });
      }),
    );
  });

  it.each([
    ["calendar=2026-13", ""],
    ["calendar=x", ""],
    ["calendar=", ""],
    ["", null],
  ])("%j opens the calendar at %j", (query, calendar) => {
    expect(readDayUrl("/arxiv/cs.CL", new URLSearchParams(query)).state.calendar).toBe(calendar);
  });

  it("a filter is cut to 300 characters, without half a character at its end", () => {
    const { filter } = readDayUrl(
      "/arxiv/cs.CL",
      new URLSearchParams({ filter: `${"a".repeat(299)}🙂` }),
    ).state;
    expect(filter).toBe(`${"a".repeat(299)}\ufffd`);
  });
});

describe("L7 DayTextCache", () => {
  const papers: ListText[] = [
    { key: "arxiv:2602.00002", title: "Über Ledgers", abstract: "Text.", authors: ["Ana Ortiz", "王小明"] },
    { key: "arxiv:2602.00001", title: "Two", abstract: "", authors: [] },
  ];
  const set = { include: ["q-fin.GN"], exclude: [] };

  /** A record that counts how often the texts of a day are read from it. */
  function recordWith(state: { change: number; papers: readonly ListText[]; reads: number }): Queryable {
    const query = async (text: string) => {
      if (text.includes("change_seq")) return [{ seq: state.change }];
      state.reads++;
      if (state.reads === 1) throw new Error("The database is away.");
      return [...state.papers];
    };
    return { query } as unknown as Queryable;
  }

  it("folds a day once until papers change, and does not keep a failure", async () => {
    const state = { change: 1, papers, reads: 0 };
    const cache = new DayTextCache(recordWith(state));
    const get = () => cache.get(set, "2026-02-10", "announced");
    await expect(get()).rejects.toThrow("away");
    const day = await get();
    expect(day.keys).toEqual(["arxiv:2602.00002", "arxiv:2602.00001"]);
    expect(day.texts[0]).toEqual({
      title: " uber ledgers ",
      abstract: " text ",
      author: " ana ortiz 王小明 ",
    });
    expect(await get()).toBe(day);
    expect(state.reads).toBe(2);
    state.change = 2;
    expect((await get()).tag).toBe(day.tag);
    expect(state.reads).toBe(3);
    Object.assign(state, { change: 3, papers: papers.toReversed() });
    expect((await get()).tag).not.toBe(day.tag);
  });
});
