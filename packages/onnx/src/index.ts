export * from "./bundle/index.ts";
export * from "./graph/builder.ts";
export * from "./graph/op-rules.ts";
export * from "./graph/shape.ts";
export * from "./model.ts";
export * from "./protobuf/codec.ts";
export * from "./tensor.ts";
