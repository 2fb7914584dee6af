import type { InterchangeLine } from "./hostile-papers.ts";

/** Made-up papers of a made-up conference, one under each form of venue id (V3): its id, and its address here. */
export const VENUE_IDS = [
  { id: "openreview:wombat_NGB6-1", path: "/venue/wombat_NGB6-1@OpenReview", source: "OpenReview" },
  { id: "acl:2031.wombat-long.290", path: "/venue/2031.wombat-long.290@ACL", source: "ACL Anthology" },
  { id: "pmlr:v9235/wombat24a", path: "/venue/wombat24a@v9235@PMLR", source: "PMLR" },
  { id: "ijcai:2031/33", path: "/venue/33@2031@IJCAI", source: "IJCAI" },
  {
    id: "cvf:CVPR2031/Wombat_Tracks_CVPR_2031_paper",
    path: "/venue/Wombat_Tracks_CVPR_2031_paper@CVPR2031@CVF",
    source: "CVF",
  },
  { id: "aaai:9938818", path: "/venue/9938818@AAAI", source: "AAAI" },
] as const;

/** The preprint of the first of them. */
export const PREPRINT = "2603.00001";

/** Day of the only listed paper of cs.OH: years ago, and the list shows it all the same. */
export const OLD_DAY = "2019-03-04";

/** A conference of two editions and several groups, and a category that nothing new has come into for years. */
export function venuePapers(): InterchangeLine[] {
  const decisions = ["Oral", "Oral", "Spotlight", "Poster", "Poster", "Poster"];
  const papers = VENUE_IDS.map(({ id }, index) => ({
    id,
    title: `Wombat burrows, part ${index + 1}`,
    abstract: "Burrows of wombats are surveyed.",
    authors: ["Wilma Wombat", "Bruno Burrow"],
    venue: { venue: "WOMBAT", year: 2031, track: index < 3 ? "Main" : "Demo", decision: decisions[index]! },
  }));
  return [
    ...papers,
    {
      id: `arxiv:${PREPRINT}`,
      title: "Wombat burrows, part 1",
      abstract: "Burrows of wombats are surveyed.",
      authors: ["Wilma Wombat", "Bruno Burrow"],
      categories: ["q-bio.PE"],
      otherIds: ["openreview:wombat_NGB6-1"],
      submittedAt: "2026-03-02T10:00:00Z",
    },
    {
      id: "openreview:wombat_old-1",
      title: "Wombat burrows, the first survey",
      venue: { venue: "WOMBAT", year: 2030, track: "", decision: "" },
    },
    {
      id: "arxiv:1903.00001",
      title: "A control\u0007 character, \u0000 and an unpaired \ud83d surrogate in $\\alpha \\le O(n^2)$",
      abstract: "Old\u000b news\u001b[31m in red.\n\nSecond \ufffe paragraph with $\\beta_1$ & <b>tags</b>.",
      authors: ["Ola\u0001 Old", "Nora New"],
      categories: ["cs.OH"],
      announcedOn: OLD_DAY,
      announcedProvenance: "stated",
      submittedAt: "2019-03-01T10:00:00Z",
    },
  ];
}
