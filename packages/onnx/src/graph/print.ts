import type { Attribute, OnnxModel, OnnxNode, ValueInfo, ValueType } from "../model.ts";
import { type Tensor, tensorNumbers } from "../tensor.ts";
import { inferTypes } from "./infer-types.ts";
import { printShape } from "./shape.ts";

/** Values of constants are shown up to this many. */
const LONGEST_LIST = 8;

/**
 * A model as text for people: one line per node with the inferred type of its result.
 *
 *     encoder(input_ids: int64[batch, seq]) → embedding: float32[batch, 256]
 *       ids: int32[batch, seq] = Cast(input_ids) to=6
 */
export function printModel(model: OnnxModel): string {
  const { graph } = model;
  const { types } = inferTypes(graph);
  const printValue = ({ name, ...type }: ValueInfo): string => `${name}: ${printType(type)}`;
  const lines = [
    `${graph.name}(${graph.inputs.map(printValue).join(", ")}) → ${graph.outputs.map(printValue).join(", ")}`,
    ...Array.from(
      graph.initializers,
      ([name, tensor]) => `  ${name}: ${printType(tensor)}${printValues(tensor)}`,
    ),
    ...graph.nodes.map((node) => `  ${printNode(node, types)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function printType({ dtype, shape }: ValueType): string {
  return `${dtype}${printShape(shape)}`;
}

function printValues(tensor: Tensor): string {
  return tensor.data.length <= LONGEST_LIST ? ` = ${tensorNumbers(tensor).join(", ")}` : "";
}

function printNode(node: OnnxNode, types: ReadonlyMap<string, ValueType>): string {
  const results = node.outputs.map((name) => {
    const type = types.get(name);
    return name === "" ? "_" : type ? `${name}: ${printType(type)}` : name;
  });
  const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  const attributes = Object.entries(node.attributes).map(
    ([name, attribute]) => ` ${name}=${printAttribute(attribute)}`,
  );
  return `${results.join(", ")} = ${op}(${node.inputs.map((name) => name || "_").join(", ")})${attributes.join("")}`;
}

function printAttribute(attribute: Attribute): string {
  switch (attribute.kind) {
    case "string":
      return JSON.stringify(attribute.value);
    case "tensor":
      return `${printType(attribute.value)}${printValues(attribute.value)}`;
    case "ints":
    case "floats":
    case "strings":
      return `[${attribute.value.join(", ")}]`;
    default:
      return String(attribute.value);
  }
}
