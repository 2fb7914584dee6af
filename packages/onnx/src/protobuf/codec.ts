import type { Attribute, Dim, OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from "../model.ts";
import {
  type DataType,
  elementSizeBytes,
  type Tensor,
  tensorBytes,
  tensorFromBytes,
  tensorNumbers,
  tensorOf,
} from "../tensor.ts";
import {
  type AttributeMessage,
  type GraphMessage,
  type Int64,
  type ModelMessage,
  ModelProto,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from "./schema.ts";

/** The bytes are no ONNX model, or hold something that this package does not read. */
export class OnnxFormatError extends Error {
  override readonly name = "OnnxFormatError";
}

/** TensorProto.DataType */
const DATA_TYPE_CODES: Record<DataType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};
const DATA_TYPE_BY_CODE = new Map(
  Object.entries(DATA_TYPE_CODES).map(([dtype, code]) => [code, dtype as DataType]),
);

/** AttributeProto.AttributeType */
const ATTRIBUTE_CODES = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** Serialises a model as an `.onnx` file's bytes. The model is not verified here: see `verifyModel`. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message: ModelMessage = {
    irVersion: model.irVersion,
    producerName: model.producer,
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
    graph: encodeGraph(model.graph),
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  return ModelProto.encode(message).finish();
}

/**
 * Reads an `.onnx` file's bytes. 64-bit integers of attributes become numbers (exact up to ±2^53).
 * @throws OnnxFormatError for anything that is no model, and for external data, functions, subgraphs and sparse tensors
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  let message: ModelMessage;
  try {
    message = ModelProto.decode(bytes) as ModelMessage;
  } catch (error) {
    throw new OnnxFormatError(`not an ONNX model: ${(error as Error).message}`, { cause: error });
  }
  if (!message.graph) throw new OnnxFormatError("not an ONNX model: it has no graph");
  if (message.functions?.length)
    throw new OnnxFormatError("models with local functions are not read: inline them first");
  return {
    irVersion: toNumber(message.irVersion),
    producer: message.producerName ?? "",
    opsets: Object.fromEntries(
      (message.opsetImport ?? []).map(({ domain, version }) => [domain ?? "", toNumber(version)]),
    ),
    graph: decodeGraph(message.graph),
    metadata: Object.fromEntries(
      (message.metadataProps ?? []).map(({ key, value }) => [key ?? "", value ?? ""]),
    ),
  };
}

function toNumber(value: Int64 | undefined): number {
  if (value === undefined) return 0;
  return typeof value === "number" ? value : value.toNumber();
}

function encodeGraph(graph: OnnxGraph): GraphMessage {
  return {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: Array.from(graph.initializers, ([name, tensor]) => encodeTensor(name, tensor)),
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
  };
}

function decodeGraph(message: GraphMessage): OnnxGraph {
  if (message.sparseInitializer?.length) throw new OnnxFormatError("sparse initializers are not read");
  const initializers = new Map((message.initializer ?? []).map((t) => [t.name ?? "", decodeTensor(t)]));
  return {
    name: message.name ?? "",
    nodes: (message.node ?? []).map(decodeNode),
    initializers,
    // Files of IR version 3 list initializers among the inputs as well; here an initializer is a constant.
    inputs: (message.input ?? []).map(decodeValueInfo).filter(({ name }) => !initializers.has(name)),
    outputs: (message.output ?? []).map(decodeValueInfo),
  };
}

function encodeNode(node: OnnxNode): NodeMessage {
  return {
    input: [...node.inputs],
    output: [...node.outputs],
    name: node.name,
    opType: node.op,
    domain: node.domain,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
  };
}

function decodeNode(message: NodeMessage): OnnxNode {
  return {
    op: message.opType ?? "",
    domain: message.domain === "ai.onnx" ? "" : (message.domain ?? ""),
    name: message.name ?? "",
    inputs: message.input ?? [],
    outputs: message.output ?? [],
    attributes: Object.fromEntries(
      (message.attribute ?? []).map((attribute) => [attribute.name ?? "", decodeAttribute(attribute)]),
    ),
  };
}

function encodeAttribute(name: string, attribute: Attribute): AttributeMessage {
  const head = { name, type: ATTRIBUTE_CODES[attribute.kind] };
  switch (attribute.kind) {
    case "float":
      return { ...head, f: attribute.value };
    case "int":
      return { ...head, i: attribute.value };
    case "string":
      return { ...head, s: utf8.encode(attribute.value) };
    case "tensor":
      return { ...head, t: encodeTensor("", attribute.value) };
    case "floats":
      return { ...head, floats: [...attribute.value] };
    case "ints":
      return { ...head, ints: [...attribute.value] };
    case "strings":
      return { ...head, strings: attribute.value.map((value) => utf8.encode(value)) };
  }
}

function decodeAttribute(message: AttributeMessage): Attribute {
  switch (message.type) {
    case ATTRIBUTE_CODES.float:
      return { kind: "float", value: message.f ?? 0 };
    case ATTRIBUTE_CODES.int:
      return { kind: "int", value: toNumber(message.i) };
    case ATTRIBUTE_CODES.string:
      return { kind: "string", value: fromUtf8.decode(message.s) };
    case ATTRIBUTE_CODES.tensor:
      return { kind: "tensor", value: decodeTensor(message.t ?? {}) };
    case ATTRIBUTE_CODES.floats:
      return { kind: "floats", value: message.floats ?? [] };
    case ATTRIBUTE_CODES.ints:
      return { kind: "ints", value: (message.ints ?? []).map(toNumber) };
    case ATTRIBUTE_CODES.strings:
      return { kind: "strings", value: (message.strings ?? []).map((bytes) => fromUtf8.decode(bytes)) };
    default:
      throw new OnnxFormatError(
        `attribute "${message.name}" has type ${message.type}: subgraphs and types are not read`,
      );
  }
}

function encodeTensor(name: string, tensor: Tensor): TensorMessage {
  return {
    name,
    dims: [...tensor.shape],
    dataType: DATA_TYPE_CODES[tensor.dtype],
    rawData: tensorBytes(tensor),
  };
}

function decodeTensor(message: TensorMessage): Tensor {
  const dtype = DATA_TYPE_BY_CODE.get(message.dataType ?? 0);
  if (dtype === undefined)
    throw new OnnxFormatError(`tensor "${message.name}" has element type ${message.dataType}, not read`);
  if (message.dataLocation === 1)
    throw new OnnxFormatError(`tensor "${message.name}" is stored in another file, not read`);
  const shape = (message.dims ?? []).map(toNumber);
  const rawData = message.rawData;
  const count = shape.reduce((product, size) => product * size, 1);
  if (rawData !== undefined && rawData.length === count * elementSizeBytes(dtype)) {
    return tensorFromBytes(dtype, shape, rawData);
  }
  return tensorOfTypedField(dtype, shape, message);
}

/** Small tensors of other producers come as numbers in the field that belongs to the element type. */
function tensorOfTypedField(dtype: DataType, shape: readonly number[], message: TensorMessage): Tensor {
  const int32Data = message.int32Data ?? [];
  switch (dtype) {
    case "float32":
      return tensorOf(dtype, shape, message.floatData ?? []);
    case "float64":
      return tensorOf(dtype, shape, message.doubleData ?? []);
    case "int64":
      return tensorOf(dtype, shape, (message.int64Data ?? []).map(toNumber));
    case "uint32":
    case "uint64":
      return tensorOf(dtype, shape, (message.uint64Data ?? []).map(toNumber));
    case "float16": // int32_data holds the bits
      return tensorFromBytes(dtype, shape, new Uint8Array(Uint16Array.from(int32Data).buffer));
    default:
      return tensorOf(dtype, shape, int32Data);
  }
}

function encodeValueInfo({ name, dtype, shape }: ValueInfo): ValueInfoMessage {
  return {
    name,
    type: {
      tensorType: {
        elemType: DATA_TYPE_CODES[dtype],
        shape: { dim: shape.map((dim) => (typeof dim === "number" ? { dimValue: dim } : { dimParam: dim })) },
      },
    },
  };
}

function decodeValueInfo(message: ValueInfoMessage): ValueInfo {
  const tensorType = message.type?.tensorType;
  const dtype = DATA_TYPE_BY_CODE.get(tensorType?.elemType ?? 0);
  if (!tensorType?.shape || dtype === undefined) {
    throw new OnnxFormatError(`"${message.name}" is no tensor of known element type and rank`);
  }
  const shape = (tensorType.shape.dim ?? []).map((dim, axis): Dim => {
    if (dim.dimParam) return dim.dimParam;
    return Object.hasOwn(dim, "dimValue") ? toNumber(dim.dimValue) : `${message.name}_${axis}`;
  });
  return { name: message.name ?? "", dtype, shape };
}

/** The values of an integer tensor used as a shape, axes or bounds; null for other tensors. */
export function integerValues(tensor: Tensor | undefined): number[] | null {
  return tensor && (tensor.dtype === "int64" || tensor.dtype === "int32") ? tensorNumbers(tensor) : null;
}
