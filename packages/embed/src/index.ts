export { BodyBudget } from "./api/body-budget.ts";
export {
  createEmbeddingApp,
  type EmbeddingAppOptions,
  type RequestAnswerer,
  type RequestLog,
} from "./api/embedding-app.ts";
export { EmbeddingMetrics } from "./api/embedding-metrics.ts";
export { type EmbeddingServer, listen } from "./api/embedding-server.ts";
export { createSiteEmbeddingHandler, type SiteEmbeddingOptions } from "./api/site-embedding-handler.ts";
export {
  EmbeddingClient,
  EmbeddingClientError,
  type EmbeddingClientOptions,
  type ServedModel,
} from "./client/embedding-client.ts";
export * from "./encoder.ts";
export * from "./errors.ts";
export { EncoderGroup } from "./inference/encoder-group.ts";
export { type FetchBundleOptions, fetchBundle } from "./inference/fetch-bundle.ts";
export { LocalEncoder } from "./inference/local-encoder.ts";
export { type OpenModelOptions, openModel } from "./inference/open-model.ts";
export { SHIPPED_BUNDLE } from "./inference/shipped-bundle.ts";
export { ThreadedEncoder } from "./inference/threaded-encoder.ts";
export { API_KEY_FILE, ApiKeyStore, KeyStoreError, type StoredKey } from "./keys/api-key-store.ts";
export { KeyBudget } from "./keys/key-budget.ts";
