/** A line of the interchange format. */
export type InterchangeLine = Record<string, unknown> & { readonly id: string; readonly title: string };

const ALERT = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>";

const plain = {
  abstract: "A paper made up for the browser tests.",
  authors: ["Test Author"],
  categories: ["cs.GL"],
};

/**
 * Made-up papers with everything that a source could send to break a page. Their ids lie in a month that the seed
 * corpus does not reach. Category cs.GL is theirs alone, on two listing days.
 */
export function hostilePapers(): InterchangeLine[] {
  return [
    {
      ...plain,
      id: "arxiv:2601.00001",
      title: `Escaping ${ALERT} & "quotes" 'too' in $O(n<m)$`,
      abstract: `Text with </script>${ALERT} and '); drop table papers; -- and {{7*7}} and <b>bold</b>.\n\nSecond paragraph, see https://example.org/code?a=1&b=2.`,
      authors: [`Eve ${ALERT}`, "Bobby'); drop table papers; --"],
      comments: `${ALERT} 12 pages`,
      announcedOn: "2026-01-06",
      announcedProvenance: "stated",
      submittedAt: "2026-01-05T10:00:00Z",
    },
    {
      ...plain,
      id: "arxiv:2601.00002",
      title: "A measurement with three thousand authors",
      authors: Array.from({ length: 3303 }, (_, index) => `Collaborator Number${index + 1}`),
      announcedOn: "2026-01-06",
      announcedProvenance: "stated",
      submittedAt: "2026-01-05T11:00:00Z",
    },
    {
      ...plain,
      id: "arxiv:2601.00003",
      title: "An abstract without end",
      abstract: "Long sentences follow long sentences here. ".repeat(380),
      announcedOn: "2026-01-06",
      announcedProvenance: "computed",
      submittedAt: "2026-01-05T12:00:00Z",
    },
    {
      ...plain,
      id: "arxiv:2601.00004",
      title: "Broken mathematics: $\\frac{1}{2 and $\\undefinedmacro{x}$",
      abstract:
        "Good $\\alpha^2 + \\beta_i$ stands beside bad $\\begin{matrix} 1$ and $\\href{javascript:alert(1)}{link}$, a display $$\\sum_{k=1}^n k$$ and prices from $5 to $10, which stay prices. At last $this never closes.",
      announcedOn: "2026-01-05",
      announcedProvenance: "stated",
      submittedAt: "2026-01-02T12:00:00Z",
    },
    {
      ...plain,
      id: "arxiv:2601.00005",
      title: "Twofold publication of quokka telemetry",
      abstract: "Quokka telemetry is published as a preprint and at a conference.",
      categories: ["cs.DL"],
      otherIds: ["openreview:quokka_Te-1"],
      submittedAt: "2026-01-03T12:00:00Z",
    },
    {
      ...plain,
      id: "openreview:quokka_Te-1",
      title: "Twofold publication of quokka telemetry",
      abstract: "Quokka telemetry is published as a preprint and at a conference.",
      categories: [],
      venue: { venue: "ICLR", year: 2026, track: "", decision: "Oral" },
    },
    {
      ...plain,
      id: "arxiv:2601.00006",
      title: "Withdrawn: 漢字 עברית 🙂 and a_very_long_word_".concat("without_blanks_".repeat(30)),
      withdrawn: true,
      categories: ["cs.DL"],
      submittedAt: "2026-01-03T12:00:00Z",
      updatedAt: "2026-01-09T12:00:00Z",
      version: 3,
    },
  ];
}
