export * from "./contrastive.ts";
export * from "./distillation.ts";
export * from "./language-model.ts";
export * from "./late-interaction.ts";
export * from "./token-rows.ts";
