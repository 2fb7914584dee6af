export * from "./contrastive.ts";
export * from "./cross-entropy.ts";
export * from "./distillation.ts";
export * from "./flat-nce.ts";
export * from "./multi-label.ts";
export * from "./pair-classification.ts";
export * from "./r-drop.ts";
export * from "./similarity.ts";
