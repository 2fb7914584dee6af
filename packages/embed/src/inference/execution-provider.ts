import type { ExecutionProvider, ModelVariant } from "../encoder.ts";

export type ProviderChoice = "auto" | ExecutionProvider;

/** In order of speed; only what the installed runtime lists is tried. */
const PREFERENCE: readonly ExecutionProvider[] = ["tensorrt", "cuda", "webgpu", "dml", "coreml", "cpu"];

/**
 * Providers to try, best first; the CPU is always last. `auto` leaves out TensorRT, whose first run builds engines
 * for minutes, and WebGPU, which a machine without a GPU serves through a software rasteriser slower than the CPU.
 *
 * @param available names that onnxruntime-node lists as supported
 */
export function providersToTry(choice: ProviderChoice, available: readonly string[]): ExecutionProvider[] {
  if (choice === "cpu") return ["cpu"];
  if (choice !== "auto") return [choice, "cpu"];
  const automatic = PREFERENCE.filter((name) => name !== "tensorrt" && name !== "webgpu" && name !== "cpu");
  return [...automatic.filter((name) => available.includes(name)), "cpu"];
}

/** Variants in order of preference: integers on the CPU, half precision on devices that compute in it. */
const VARIANT_PREFERENCE: Readonly<Record<ExecutionProvider, readonly ModelVariant[]>> = {
  cpu: ["int8", "float32", "float16"],
  cuda: ["float16", "float32", "int8"],
  tensorrt: ["float16", "float32", "int8"],
  webgpu: ["float32", "float16", "int8"],
  dml: ["float16", "float32", "int8"],
  coreml: ["float16", "float32", "int8"],
};

/** The bundle's best variant for a provider, or the one asked for. Null when the bundle lacks it. */
export function chooseVariant(
  provider: ExecutionProvider,
  offered: readonly ModelVariant[],
  asked: ModelVariant | null,
): ModelVariant | null {
  if (asked !== null) return offered.includes(asked) ? asked : null;
  return VARIANT_PREFERENCE[provider].find((variant) => offered.includes(variant)) ?? null;
}
