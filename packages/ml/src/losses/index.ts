export * from "./contrastive.ts";
export * from "./cross-entropy.ts";
export * from "./distillation.ts";
export * from "./similarity.ts";
