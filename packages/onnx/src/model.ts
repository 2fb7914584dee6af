import type { DataType, Tensor } from "./tensor.ts";

/** A dimension: its size, or a name for a size known only when the model runs. */
export type Dim = number | string;

export interface ValueType {
  readonly dtype: DataType;
  /** null: the rank is not known */
  readonly shape: readonly Dim[] | null;
}

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dim[];
}

export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] };

export interface OnnxNode {
  readonly op: string;
  /** "" is ONNX's own domain */
  readonly domain: string;
  readonly name: string;
  /** "" stands for an optional input that is left out */
  readonly inputs: readonly string[];
  /** "" stands for an optional output that nobody reads */
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  /** operator set version by domain */
  readonly opsets: Readonly<Record<string, number>>;
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What this package writes, and what onnxruntime 1.30 runs on every provider. */
export const IR_VERSION = 10;
export const OPSET_VERSION = 21;
export const MICROSOFT_DOMAIN = "com.microsoft";
export const MICROSOFT_OPSET_VERSION = 1;
