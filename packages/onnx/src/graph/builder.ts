import {
  type Attribute,
  type Dim,
  IR_VERSION,
  MICROSOFT_DOMAIN,
  MICROSOFT_OPSET_VERSION,
  type OnnxModel,
  type OnnxNode,
  OPSET_VERSION,
  type ValueInfo,
  type ValueType,
} from "../model.ts";
import { type DataType, int64Tensor, type Tensor, tensorOf } from "../tensor.ts";
import { findOpRule } from "./op-rules.ts";
import { ShapeError } from "./shape.ts";

/** A node that does not fit its inputs, or a name used twice. */
export class GraphBuildError extends Error {
  override readonly name = "GraphBuildError";
}

/** One tensor of the graph under construction. */
export interface Value extends ValueType {
  readonly name: string;
}

export type AttributeValue = number | string | Attribute | readonly number[];

export interface OpOptions {
  readonly domain?: string;
  /** number of outputs; 1 when left out */
  readonly outputs?: number;
  /** types of the outputs where inference cannot know them (shapes computed inside the graph) */
  readonly types?: readonly ValueType[];
}

/**
 * Builds one ONNX graph. Every `op` infers the types of its outputs at once, so that a mistake fails where it is made.
 * Integer attributes are written as numbers; floats as `{ kind: "float", value }`, or use `float(value)`.
 */
export class GraphBuilder {
  readonly #graphName: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #constantByKey = new Map<string, Value>();
  readonly #names = new Set<string>();

  constructor(graphName: string) {
    this.#graphName = graphName;
  }

  input(name: string, dtype: DataType, shape: readonly Dim[]): Value {
    this.#claim(name);
    this.#inputs.push({ name, dtype, shape });
    return { name, dtype, shape };
  }

  /** A named constant of the model (a weight, a table). */
  initializer(name: string, tensor: Tensor): Value {
    this.#claim(name);
    this.#initializers.set(name, tensor);
    return { name, dtype: tensor.dtype, shape: tensor.shape };
  }

  /** A small unnamed constant; equal ones are stored once. */
  constant(tensor: Tensor): Value {
    const key = `${tensor.dtype}[${tensor.shape}]${tensor.data.length <= 64 ? tensor.data.join() : this.#initializers.size}`;
    const known = this.#constantByKey.get(key);
    if (known) return known;
    const value = this.initializer(this.#freshName("const"), tensor);
    this.#constantByKey.set(key, value);
    return value;
  }

  scalar(dtype: DataType, value: number): Value {
    return this.constant(tensorOf(dtype, [], [value]));
  }

  integers(values: readonly number[]): Value {
    return this.constant(int64Tensor(values));
  }

  /** Adds a node with one output. `null` leaves an optional input out. */
  op(
    op: string,
    inputs: readonly (Value | null)[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: OpOptions = {},
  ): Value {
    return this.ops(op, inputs, attributes, options)[0]!;
  }

  /** Adds a node with several outputs. @throws GraphBuildError when the op is unknown or does not fit its inputs */
  ops(
    op: string,
    inputs: readonly (Value | null)[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: OpOptions = {},
  ): Value[] {
    const domain = options.domain ?? "";
    const rule = findOpRule(domain, op);
    if (rule === null) throw new GraphBuildError(`no rule for op ${domain ? `${domain}.` : ""}${op}`);
    const base = this.#freshName(op.toLowerCase());
    const count = options.outputs ?? 1;
    const node: OnnxNode = {
      op,
      domain,
      name: base,
      inputs: inputs.map((value) => value?.name ?? ""),
      outputs: Array.from({ length: count }, (_, k) => (k === 0 ? base : `${base}_${k}`)),
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)]),
      ),
    };
    const types = options.types ?? this.#infer(node, inputs, rule.infer);
    for (const name of node.outputs.slice(1)) this.#claim(name);
    this.#nodes.push(node);
    return node.outputs.map((name, k) => ({ name, dtype: types[k]!.dtype, shape: types[k]!.shape }));
  }

  /** Marks a value as a result of the graph, under a name of its own. */
  output(name: string, value: Value, shape: readonly Dim[] | null = value.shape): void {
    if (shape === null) throw new GraphBuildError(`output "${name}" has no known rank: give its shape`);
    this.#claim(name);
    this.#nodes.push({
      op: "Identity",
      domain: "",
      name,
      inputs: [value.name],
      outputs: [name],
      attributes: {},
    });
    this.#outputs.push({ name, dtype: value.dtype, shape });
  }

  build(metadata: Readonly<Record<string, string>> = {}): OnnxModel {
    return {
      irVersion: IR_VERSION,
      producer: "cool-papers",
      opsets: { "": OPSET_VERSION, [MICROSOFT_DOMAIN]: MICROSOFT_OPSET_VERSION },
      graph: {
        name: this.#graphName,
        inputs: this.#inputs,
        outputs: this.#outputs,
        nodes: this.#nodes,
        initializers: this.#initializers,
      },
      metadata,
    };
  }

  #infer(
    node: OnnxNode,
    inputs: readonly (Value | null)[],
    infer: (view: {
      node: OnnxNode;
      inputs: readonly (Value | null)[];
      constants: (Tensor | null)[];
    }) => ValueType[],
  ): ValueType[] {
    const constants = inputs.map((value) => (value && this.#initializers.get(value.name)) ?? null);
    try {
      return infer({ node, inputs, constants });
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      const types = inputs.map((value) =>
        value ? `${value.dtype}[${value.shape?.join(", ") ?? "…"}]` : "–",
      );
      throw new GraphBuildError(`${node.op}(${types.join(", ")}): ${error.message}`, { cause: error });
    }
  }

  #claim(name: string): void {
    if (name === "") throw new GraphBuildError("a value needs a name");
    if (this.#names.has(name)) throw new GraphBuildError(`the name "${name}" is used twice`);
    this.#names.add(name);
  }

  #freshName(prefix: string): string {
    let name = `${prefix}_${this.#names.size}`;
    while (this.#names.has(name)) name = `${name}_`;
    if (prefix !== "const") this.#names.add(name);
    return name;
  }
}

/** A float attribute. */
export function float(value: number): Attribute {
  return { kind: "float", value };
}

function toAttribute(value: AttributeValue): Attribute {
  if (typeof value === "number") return { kind: "int", value };
  if (typeof value === "string") return { kind: "string", value };
  if (Array.isArray(value)) return { kind: "ints", value };
  return value as Attribute;
}
