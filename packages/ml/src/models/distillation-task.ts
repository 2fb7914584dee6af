export * from "./objectives/distillation.ts";
