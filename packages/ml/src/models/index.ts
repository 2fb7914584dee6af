export * from "./embedding.ts";
export * from "./encoder.ts";
export * from "./encoder-config.ts";
export * from "./language-model.ts";
export * from "./objectives/index.ts";
