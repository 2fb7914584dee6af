export * from "./forward-context.ts";
export * from "./initializers.ts";
export * from "./layers.ts";
export * from "./masks.ts";
export * from "./rotary.ts";
