import type { ExecutionProvider, ModelVariant } from "../encoder.ts";

/** "auto", or providers in the order in which they are tried. */
export type ProviderChoice = "auto" | ExecutionProvider | readonly ExecutionProvider[];

/**
 * What `auto` tries, in order of speed. Left out: TensorRT, whose first run builds engines for minutes, and WebGPU,
 * which a machine without a GPU serves through a software rasteriser slower than the CPU.
 */
const AUTOMATIC: readonly ExecutionProvider[] = ["cuda", "dml", "coreml"];

/**
 * Providers to try, best first; the CPU is always among them, last unless it was named earlier.
 *
 * @param installed names of the providers whose code is on this machine
 */
export function providersToTry(choice: ProviderChoice, installed: readonly string[]): ExecutionProvider[] {
  if (choice === "auto") return [...AUTOMATIC.filter((name) => installed.includes(name)), "cpu"];
  return [...new Set<ExecutionProvider>([choice, "cpu"].flat() as ExecutionProvider[])];
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
