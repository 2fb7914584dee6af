/** Spelling of conference series, so that `venue:icml` and `venue:NIPS` find what is stored. */

/** Series by their usual spelling, with other names after it. Names that are not here stay as they are written. */
const VENUE_NAMES: readonly string[] = [
  "3DV",
  "AAAI",
  "AACL",
  "ACL",
  "ACML",
  "AISTATS|AI&Statistics",
  "ALT",
  "BMVC",
  "CIKM",
  "CLeaR",
  "CoLLAs",
  "COLING",
  "COLM",
  "COLT",
  "CoNLL",
  "CoRL",
  "CVPR",
  "EACL",
  "ECCV",
  "EMNLP",
  "FAST",
  "Findings",
  "ICCV",
  "ICLR",
  "ICML",
  "ICRA",
  "IJCAI",
  "IJCNLP",
  "Interspeech",
  "IROS",
  "IWSLT",
  "JMLR",
  "KDD",
  "L4DC",
  "LoG",
  "LREC",
  "LREC-COLING",
  "MICCAI",
  "MIDL",
  "MLHC",
  "MLSys",
  "NAACL",
  "NDSS",
  "NeurIPS|NIPS",
  "NSDI",
  "OSDI",
  "RSS",
  "SemEval",
  "SIGIR",
  "TACL",
  "CL",
  "TMLR",
  "UAI",
  "USENIX Security|USENIX-Sec",
  "WACV",
  "WMT",
  "WWW|The Web Conference",
  "ATC|USENIX ATC",
];

const VENUE_BY_LOWER_NAME: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  VENUE_NAMES.flatMap((names) => {
    const [usual = "", ...others] = names.split("|");
    return [usual, ...others].map((name): [string, string] => [name.toLowerCase(), usual]);
  }),
);

/** Usual spelling of a series (`nips` → `NeurIPS`); a name that is not known comes back trimmed, as it was written. */
export function canonicalVenue(name: string): string {
  const trimmed = name.trim();
  return VENUE_BY_LOWER_NAME.get(trimmed.toLowerCase()) ?? trimmed;
}

/** An edition's address form: `ICLR.2025`, with underscores for blanks; a series alone is its newest edition. */
export function parseEdition(text: string): { readonly venue: string; readonly year: number | null } {
  const match = /^(.+?)[.\s]?((?:19|20)\d{2})$/.exec(text.trim());
  const year = match ? Number(match[2]) : null;
  return { venue: canonicalVenue((match?.[1] ?? text).replaceAll("_", " ")), year };
}
