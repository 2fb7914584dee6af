export { arxivListFormat } from "./arxiv/arxiv-list-format.ts";
export { parseAtomFeed } from "./arxiv/atom-feed.ts";
export {
  ARXIV_HOSTS,
  ARXIV_INTERVAL_MS,
  ARXIV_QUERY_API,
  type FetchArxivOptions,
  fetchArxivPaper,
} from "./arxiv/fetch-arxiv-paper.ts";
export { kaggleFormat } from "./arxiv/kaggle-format.ts";
export { type ByteSource, openFileSource, streamSource } from "./byte-source.ts";
export * from "./errors.ts";
export { fetchPolitely, type PoliteRequest, type SourceAccess } from "./fetch-politely.ts";
export { PAPER_FORMATS, recogniseFormat, requireFormat } from "./formats.ts";
export { interchangeFormat, printInterchangeLine } from "./interchange/interchange-format.ts";
export type { PaperFormat, ParsedRecord } from "./paper-format.ts";
export { type LinePosition, MAX_LINE_BYTES } from "./read-lines.ts";
export {
  type PaperBatch,
  type ReadPaper,
  type ReadPapersOptions,
  type RejectedLine,
  readPapers,
} from "./read-papers.ts";
export {
  createFileLimiter,
  type FileLimiterSettings,
  type LimiterClock,
  type RequestLimiter,
} from "./request-limiter.ts";
export { createSourceAccess } from "./source-access.ts";
export { venueListFormat } from "./venues/venue-list-format.ts";
