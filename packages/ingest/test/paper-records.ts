/** Records of every format, invented for the tests. */
export const ARXIV_ROW = {
  id: "2403.01234",
  title: "Counting  Sheep with\n Transformers",
  authors: ["Ada Example", "Paul Erd\\H{o}s"],
  abstract: "We count sheep.\n  A second paragraph with $x<y$.",
  categories: ["cs.LG", "math.NA", "cs.NA"],
  primary: "cs.LG",
  published: "2024-03-02",
  updated: null,
  listed: "2024-03-05",
  comment: "12 pages",
  doi: "https://doi.org/10.1234/ABC.5",
  source_repo: "somewhere/else",
};

export const VENUE_ROW = {
  venue: "ICML",
  year: 2024,
  track: "main",
  decision: "Oral",
  id: "v235/example24a",
  id_scheme: "pmlr",
  title: "Counting Sheep with Transformers",
  authors: ["Ada Example"],
  abstract: "We count sheep.",
  pdf: "https://example.org/a.pdf",
  url: "https://proceedings.mlr.press/v235/example24a.html",
  doi: "",
  keywords: ["sheep; counting", "sheep"],
  other_ids: { arxiv: "2403.01234", openreview: "AbC-_12345" },
  rights: "CC-BY-4.0",
};

export const KAGGLE_ROW = {
  id: "hep-th/9901001",
  submitter: "A. Person",
  authors: "Ada Example and Paul Erd\\H{o}s",
  title: "On the\n  Number of Sheep",
  comments: "5 pages, LaTeX",
  "journal-ref": "J. Sheep 1 (1999) 1-5",
  doi: "10.1000/sheep.1999",
  "report-no": null,
  categories: "hep-th math.MP",
  license: "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
  abstract: "  We count a number of\nsheep in a line that\nwas broken.\n  And a new paragraph.\n",
  versions: [
    { version: "v1", created: "Mon, 4 Jan 1999 10:11:12 GMT" },
    { version: "v2", created: "Tue, 5 Jan 1999 10:11:12 GMT" },
  ],
  update_date: "2007-05-23",
  authors_parsed: [
    ["Example", "Ada", ""],
    ["Erd\\H{o}s", "Paul", "Jr."],
    ["The Sheep Collaboration", "", ""],
  ],
};
