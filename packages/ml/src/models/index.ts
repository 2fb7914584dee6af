export * from "./distillation-task.ts";
export * from "./encoder.ts";
export * from "./encoder-config.ts";
export * from "./language-model.ts";
