export * from "./gradient-cache.ts";
export * from "./gradient-sum.ts";
export * from "./objective.ts";
export * from "./step-cache.ts";
export * from "./task.ts";
export * from "./train-loop.ts";
export * from "./trainer.ts";
