export { type CategoryCount, type CategoryCounts, categoryCounts } from "./category-counts.ts";
export {
  type CategoryDay,
  type CategoryMonth,
  type CategorySet,
  type DayCount,
  type DayRequest,
  type DaySort,
  type ListText,
  listCategoryDay,
  listDays,
  listDayTexts,
  listMonth,
} from "./category-days.ts";
export { latestChange, latestPaperChange } from "./changes.ts";
export {
  type ClaimedBatch,
  type ClaimedPaper,
  type ClaimRequest,
  claimUnembedded,
  completeClaims,
  extendClaims,
  othersClaims,
  releaseClaims,
} from "./claim-embeddings.ts";
export type { RejectedPaper } from "./clean-paper.ts";
export { type CounterName, incrementCounter } from "./counters.ts";
export {
  type Database,
  type DatabaseSettings,
  migrateDatabase,
  openDatabase,
  type Queryable,
} from "./database.ts";
export { type DatabaseStats, databaseStats } from "./database-stats.ts";
export { deletePapers } from "./delete-papers.ts";
export {
  countUnembedded,
  deleteEmbeddings,
  type EmbeddingModel,
  type EmbeddingRow,
  getEmbeddings,
  listEmbeddingModels,
  putEmbeddings,
} from "./embeddings.ts";
export * from "./errors.ts";
export {
  getPapers,
  getPapersByKey,
  getWorkMembers,
  type PaperCounters,
  type SameWork,
  type StoredPaper,
} from "./get-papers.ts";
export type { VenueKind } from "./known-venues.ts";
export { latestVenuePapers } from "./latest-papers.ts";
export { type LinkOptions, type LinkResult, linkWorks } from "./link-works.ts";
export { mergePaper } from "./merge-paper.ts";
export { migrate } from "./migrate.ts";
export type { PageBounds } from "./page-bounds.ts";
export {
  type SearchDocumentOptions,
  type SearchDocumentRow,
  streamSearchDocuments,
} from "./search-documents.ts";
export { countSitemapPages, listSitemap, type SitemapEntry } from "./sitemap.ts";
export { readState, writeState } from "./state.ts";
export { tidyDatabase } from "./tidy-database.ts";
export { type UpsertResult, upsertPapers } from "./upsert-papers.ts";
export { DECODE_VECTOR, ENCODE_VECTOR, type EncodedVector, type VectorEncoding } from "./vector-code.ts";
export {
  type EditionGroup,
  type EditionPage,
  type EditionRequest,
  editionPapers,
  getVenue,
  type Venue,
  type VenueEdition,
  venueEditions,
} from "./venue-editions.ts";
export { countVenueRequest, venueRequests } from "./venue-requests.ts";
