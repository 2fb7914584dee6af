export * from "./cpu-session.ts";
export * from "./cpu-step.ts";
export * from "./device-trainer.ts";
export * from "./dropout-pool.ts";
export * from "./mask-pools.ts";
export * from "./scatter.ts";
export * from "./step-graph.ts";
