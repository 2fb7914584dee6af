import {
  dataTypeCode,
  intAttribute,
  makeTensor,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type Tensor,
} from "@cool-papers/onnx";

/** Matrices smaller than this stay float32: quantising the activations would cost more than it saves. */
const SMALLEST_WEIGHT = 4096;

/**
 * Rewrites a float32 model for int8 weights:
 * - MatMul by a constant matrix becomes DynamicQuantizeLinear + MatMulInteger, with one scale per column of the matrix;
 * - Gather from a constant table gathers int8 rows and scales them, one scale per row.
 * Everything else stays float32. Symmetric, zero point 0.
 *
 * @param keepsFloat weights, by name, that stay float32; left out: heads and pooler, which are small and multiply the
 *   pooled vector, where one scale for a whole batch of vectors costs accuracy
 */
export function quantizeInt8(model: OnnxModel, keepsFloat: (weight: string) => boolean = isHead): OnnxModel {
  const rewriter = new Int8Rewriter(model.graph, keepsFloat);
  return { ...model, graph: rewriter.run() };
}

const isHead = (weight: string): boolean => weight.startsWith("heads.") || weight.startsWith("pooler.");

class Int8Rewriter {
  readonly #graph: OnnxGraph;
  readonly #keepsFloat: (weight: string) => boolean;
  readonly #initializers: Map<string, Tensor>;
  readonly #nodes: OnnxNode[] = [];
  /** quantised form of an activation, shared by the products that read it */
  readonly #activations = new Map<string, { values: string; scale: string; zeroPoint: string }>();

  constructor(graph: OnnxGraph, keepsFloat: (weight: string) => boolean) {
    this.#graph = graph;
    this.#keepsFloat = keepsFloat;
    this.#initializers = new Map(graph.initializers);
  }

  run(): OnnxGraph {
    for (const node of this.#graph.nodes) {
      if (this.#isWeightProduct(node)) this.#rewriteProduct(node);
      else if (this.#isTableLookup(node)) this.#rewriteLookup(node);
      else this.#nodes.push(node);
    }
    const used = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    const initializers = new Map([...this.#initializers].filter(([name]) => used.has(name)));
    return { ...this.#graph, nodes: this.#nodes, initializers };
  }

  #isWeightProduct(node: OnnxNode): boolean {
    const name = node.inputs[1] ?? "";
    const weight = this.#graph.initializers.get(name);
    return (
      !this.#keepsFloat(name) &&
      node.op === "MatMul" &&
      weight?.dtype === "float32" &&
      weight.shape.length === 2 &&
      weight.data.length >= SMALLEST_WEIGHT
    );
  }

  #isTableLookup(node: OnnxNode): boolean {
    const table = this.#graph.initializers.get(node.inputs[0] ?? "");
    const isRows = node.op === "Gather" && intAttribute(node, "axis", 0) === 0;
    return (
      isRows &&
      table?.dtype === "float32" &&
      table.shape.length === 2 &&
      table.shape[1]! > 1 &&
      table.data.length >= SMALLEST_WEIGHT
    );
  }

  #rewriteProduct(node: OnnxNode): void {
    const [x, weightName] = node.inputs as [string, string];
    const weight = this.#graph.initializers.get(weightName)!;
    const { values, scales } = quantizeColumns(weight);
    this.#initializers.set(`${weightName}.int8`, values);
    this.#initializers.set(`${weightName}.scale`, scales);
    const activation = this.#quantizeActivation(x);
    const [output] = node.outputs as [string];
    this.#add(
      "MatMulInteger",
      [activation.values, `${weightName}.int8`, activation.zeroPoint],
      [`${output}.int32`],
    );
    this.#add("Cast", [`${output}.int32`], [`${output}.float`], {
      to: { kind: "int", value: dataTypeCode("float32") },
    });
    this.#add("Mul", [`${weightName}.scale`, activation.scale], [`${output}.scale`]);
    this.#add("Mul", [`${output}.float`, `${output}.scale`], [output]);
  }

  #rewriteLookup(node: OnnxNode): void {
    const [tableName, ids] = node.inputs as [string, string];
    const { values, scales } = quantizeRows(this.#graph.initializers.get(tableName)!);
    this.#initializers.set(`${tableName}.int8`, values);
    this.#initializers.set(`${tableName}.scale`, scales);
    const [output] = node.outputs as [string];
    const axis = { axis: { kind: "int", value: 0 } } as const;
    this.#add("Gather", [`${tableName}.int8`, ids], [`${output}.int8`], axis);
    this.#add("Cast", [`${output}.int8`], [`${output}.float`], {
      to: { kind: "int", value: dataTypeCode("float32") },
    });
    this.#add("Gather", [`${tableName}.scale`, ids], [`${output}.scale`], axis);
    this.#add("Mul", [`${output}.float`, `${output}.scale`], [output]);
  }

  #quantizeActivation(x: string): { values: string; scale: string; zeroPoint: string } {
    const known = this.#activations.get(x);
    if (known) return known;
    const quantized = { values: `${x}.uint8`, scale: `${x}.scale`, zeroPoint: `${x}.zero` };
    this.#add("DynamicQuantizeLinear", [x], [quantized.values, quantized.scale, quantized.zeroPoint]);
    this.#activations.set(x, quantized);
    return quantized;
  }

  #add(op: string, inputs: string[], outputs: string[], attributes: OnnxNode["attributes"] = {}): void {
    this.#nodes.push({ op, domain: "", name: outputs[0]!, inputs, outputs, attributes });
  }
}

const LARGEST = 127;

/** One scale per column: [rows, columns] → int8 [rows, columns] and scales [columns]. */
export function quantizeColumns(weight: Tensor): { values: Tensor; scales: Tensor } {
  const [rows, columns] = weight.shape as [number, number];
  const data = weight.data as Float32Array;
  const scales = new Float32Array(columns);
  data.forEach((value, k) => {
    scales[k % columns] = Math.max(scales[k % columns]!, Math.abs(value) / LARGEST);
  });
  const values = new Int8Array(rows * columns);
  data.forEach((value, k) => {
    values[k] = toInt8(value, scales[k % columns]!);
  });
  return {
    values: makeTensor("int8", weight.shape, values),
    scales: makeTensor("float32", [columns], scales),
  };
}

/** One scale per row: [rows, columns] → int8 [rows, columns] and scales [rows, 1]. */
export function quantizeRows(table: Tensor): { values: Tensor; scales: Tensor } {
  const [rows, columns] = table.shape as [number, number];
  const data = table.data as Float32Array;
  const scales = new Float32Array(rows);
  data.forEach((value, k) => {
    const row = Math.floor(k / columns);
    scales[row] = Math.max(scales[row]!, Math.abs(value) / LARGEST);
  });
  const values = new Int8Array(rows * columns);
  data.forEach((value, k) => {
    values[k] = toInt8(value, scales[Math.floor(k / columns)]!);
  });
  return {
    values: makeTensor("int8", table.shape, values),
    scales: makeTensor("float32", [rows, 1], scales),
  };
}

/** A row or column of zeros has scale 0. */
function toInt8(value: number, scale: number): number {
  return scale === 0 ? 0 : Math.round(value / scale);
}
