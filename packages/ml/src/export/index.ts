export * from "./encoder-graph.ts";
export * from "./encoder-runner.ts";
export * from "./quantize.ts";
