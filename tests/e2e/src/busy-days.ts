import type { InterchangeLine } from "./hostile-papers.ts";

/** Papers of ICML 2026, of which every second is an oral one; and papers of the busy day of q-fin.GN, and of q-fin.TR on the same day; ten are in both. */
export const BUSY = { day: "2026-02-10", gn: 230, tr: 40, both: 10, edition: 35 } as const;

/** Made-up words, so that no other test finds these papers. */
const SUBJECTS = ["velquin", "tromber", "askarel", "nimbolt", "quorvax", "dresnik", "pellorn"];
const AUTHORS = ["Zoë Brnčić", "Ana Ortiz", "王小明", "Lars Ødegård", "K. Müller"];

const place = (values: readonly string[], index: number): string => values[index % values.length]!;
const digits = (index: number, length: number): string => String(index).padStart(length, "0");

/**
 * A busy day in category q-fin.GN, which no other paper of the tests is in, with quiet days around it: the day before,
 * a day three weeks earlier, and one two months earlier. Paper number n (from 1) of the busy day has the id 2602.1000n
 * and the words of n; the ninety-ninth is in Chinese.
 */
export function busyDays(): InterchangeLine[] {
  const busy = Array.from({ length: BUSY.gn }, (_, index) => paper(index + 1, BUSY.day, ["q-fin.GN"]));
  const traded = Array.from({ length: BUSY.tr }, (_, index) =>
    paper(301 + index, BUSY.day, index < BUSY.both ? ["q-fin.GN", "q-fin.TR"] : ["q-fin.TR"]),
  );
  const quiet = [
    paper(901, "2026-02-09", ["q-fin.GN"]),
    paper(902, "2026-02-09", ["q-fin.GN"]),
    paper(903, "2026-01-20", ["q-fin.GN"]),
    paper(904, "2025-12-04", ["q-fin.GN"]),
  ];
  const edition = Array.from({ length: BUSY.edition }, (_, index) => venuePaper(index + 1));
  return [...busy, ...traded, ...quiet, ...edition];
}

function venuePaper(number: number): InterchangeLine {
  return {
    id: `openreview:ledger${digits(number, 4)}`,
    title: `Conference ledger ${number} on ${place(SUBJECTS, number)}`,
    abstract: `A ledger of ${place(SUBJECTS, number + 2)} is kept.`,
    authors: [place(AUTHORS, number)],
    categories: [],
    venue: { venue: "ICML", year: 2026, track: "", decision: number % 2 === 0 ? "Oral" : "Poster" },
  };
}

function paper(number: number, day: string, categories: readonly string[]): InterchangeLine {
  const subject = place(SUBJECTS, number);
  const text =
    number === 99
      ? { title: "基于BERT的账本分析", abstract: "本文研究账本velquin。" }
      : {
          title: `Ledger note ${number} on ${subject} and $x_{${number}}^2$`,
          abstract: `${"The ledger is balanced twice. ".repeat(3 + (number % 9))}Schrödinger-like ${place(SUBJECTS, number + 3)} appears${number % 50 === 0 ? ", and so does the rare xanthippe" : ""}.`,
        };
  return {
    ...text,
    id: `arxiv:2602.1${digits(number, 4)}`,
    authors: [place(AUTHORS, number), place(AUTHORS, number + 2)],
    categories: [...categories],
    announcedOn: day,
    announcedProvenance: "stated",
    submittedAt: `${day.slice(0, 8)}01T${digits(number % 24, 2)}:${digits(number % 60, 2)}:00Z`,
  };
}
