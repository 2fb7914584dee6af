export type { EmbeddingSource, HeadPart } from "../models/embedding.ts";
export * from "./encoder-graph.ts";
export * from "./encoder-runner.ts";
export * from "./export-bundle.ts";
export * from "./float16.ts";
export * from "./model-reader.ts";
export * from "./parity.ts";
export * from "./quantize.ts";
