export {
  type AdminEndpoint,
  createAdminToken,
  findAdminEndpoint,
  publishAdminEndpoint,
} from "./admin/admin-endpoint.ts";
export { type AdminHandlerSettings, createAdminHandler } from "./admin/admin-handler.ts";
export { ADMIN_PATH, AdminMessage } from "./admin/admin-protocol.ts";
export { type RemoteStreams, runStepRemote } from "./admin/run-step-remote.ts";
export { buildIndex, type IndexOptions, type IndexReport } from "./build-index.ts";
export type { PaperEmbedder, PipelineContext, StepControl } from "./context.ts";
export { type EmbedOptions, type EmbedReport, embedPapers } from "./embed-papers.ts";
export * from "./errors.ts";
export { type ExportReport, exportPapers } from "./export-papers.ts";
export { type FileReport, type ImportOptions, type ImportReport, importFiles } from "./import-files.ts";
export { type LinkReport, linkWorks } from "./link-works.ts";
export { type ContextSettings, type OpenContext, openContext } from "./open-context.ts";
export { type EmbedderSettings, type OpenEmbedder, openEmbedder } from "./open-embedder.ts";
export type { ProgressListener, StepProgress } from "./progress.ts";
export { otherModelIndexed, renewVectors } from "./renew-vectors.ts";
export { repairIndex } from "./repair-index.ts";
export { type RunAllOptions, type RunAllReport, runAll } from "./run-all.ts";
export { SEED_FILE, type SeedReport, seedIfEmpty } from "./seed-if-empty.ts";
export {
  isSharedStep,
  isStepName,
  runStep,
  STEPS,
  type StatsReport,
  type StepName,
  type StepOptions,
  type StepReport,
  type StepStreams,
} from "./steps.ts";
