export * from "./cpu-session.ts";
export * from "./cpu-step.ts";
export * from "./dropout-pool.ts";
export * from "./scatter.ts";
export * from "./step-graph.ts";
