export * from "./encoder.ts";
export * from "./encoder-config.ts";
export * from "./distillation-task.ts";
