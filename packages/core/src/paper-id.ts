/** The closed set of places a paper id can come from. */
export const PAPER_SCHEMES = [
  "arxiv",
  "openreview",
  "acl",
  "pmlr",
  "ijcai",
  "cvf",
  "neurips",
  "aaai",
  "usenix",
  "virtual",
  "doi",
] as const;

export type PaperScheme = (typeof PAPER_SCHEMES)[number];

/**
 * A paper's identity: the scheme and its canonical local id. An arXiv version is no part of the identity;
 * it travels beside it where a reader asked for one.
 *
 * Local ids: arxiv `2104.09864` or `hep-th/9901001`; openreview `NGB6YNnO5o`; acl `2024.acl-long.290`;
 * pmlr `v235/key24a`; ijcai `2024/33`; cvf `CVPR2025/Name_Title_CVPR_2025_paper`; neurips `2023/<hash>`;
 * aaai `38818`; usenix `<conference>/<slug>`; virtual `nips.cc/2024/poster/99347`; doi `10.1145/3580305.3599256`.
 */
export interface PaperId {
  readonly scheme: PaperScheme;
  readonly local: string;
  readonly version?: number;
}
