export * from "./forward-context.ts";
export * from "./initializers.ts";
export * from "./layers.ts";
export * from "./lora.ts";
export * from "./masks.ts";
export * from "./positions.ts";
export * from "./recurrent-attention.ts";
export * from "./rotary.ts";
