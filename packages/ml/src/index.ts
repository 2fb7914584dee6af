export * from "./backend/index.ts";
export * from "./export/index.ts";
export * from "./losses/index.ts";
export * from "./models/index.ts";
export * from "./nn/index.ts";
export * from "./optim/index.ts";
export * from "./parameters.ts";
export * from "./train/index.ts";
