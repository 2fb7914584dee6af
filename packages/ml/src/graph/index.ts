export type { Dim } from "@cool-papers/onnx";
export * from "./decompose.ts";
export * from "./gradients.ts";
export * from "./lower.ts";
export * from "./node.ts";
export * from "./ops.ts";
export * from "./vjp.ts";
