import {
  dataTypeCode,
  float16BitsOf,
  inferTypes,
  makeTensor,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type Tensor,
} from "@cool-papers/onnx";

/** float16 ends at 65504: larger constants, such as the score of a masked pair, are cut to it. */
const LARGEST = 65_504;

const to = (dtype: "float32" | "float16"): OnnxNode["attributes"] => ({
  to: { kind: "int", value: dataTypeCode(dtype) },
});

/**
 * Rewrites a float32 model to compute in float16, for GPUs. Inputs and outputs keep their types. What leads to a cosine
 * or sine stays float32: float16 knows angles beyond 2048 to whole radians only. On a CPU onnxruntime computes in
 * float32 where it has no float16 kernel, so that there only the file is smaller.
 */
export function convertFloat16(model: OnnxModel): OnnxModel {
  return { ...model, graph: new Float16Rewriter(model.graph).run() };
}

class Float16Rewriter {
  readonly #graph: OnnxGraph;
  /** names of float32 values of the given model */
  readonly #floats: ReadonlySet<string>;
  readonly #angles: ReadonlySet<OnnxNode>;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, Tensor>();
  /** float16 form of a float32 value that was cast */
  readonly #casts = new Map<string, string>();

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    const { types } = inferTypes(graph);
    this.#floats = new Set([...types].filter(([, { dtype }]) => dtype === "float32").map(([name]) => name));
    this.#angles = angleNodes(graph);
  }

  run(): OnnxGraph {
    for (const { name, dtype } of this.#graph.inputs)
      if (dtype === "float32") this.#casts.set(name, this.#castDown(name));
    for (const node of this.#graph.nodes) {
      if (this.#angles.has(node)) this.#keep(node);
      else this.#nodes.push(this.#rewritten(node));
    }
    this.#castOutputsUp();
    const used = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    return {
      ...this.#graph,
      nodes: this.#nodes,
      initializers: new Map([...this.#initializers].filter(([name]) => used.has(name))),
    };
  }

  /** A node of the angles' part computes as before; its constants stay float32. */
  #keep(node: OnnxNode): void {
    for (const name of node.inputs) {
      const tensor = this.#graph.initializers.get(name);
      if (tensor) this.#initializers.set(name, tensor);
    }
    this.#nodes.push(node);
    for (const name of node.outputs) {
      const isRead = this.#graph.nodes.some(
        (reader) => !this.#angles.has(reader) && reader.inputs.includes(name),
      );
      if (isRead && this.#floats.has(name)) this.#casts.set(name, this.#castDown(name));
    }
  }

  #castDown(name: string): string {
    const cast = `${name}.float16`;
    this.#nodes.push({
      op: "Cast",
      domain: "",
      name: cast,
      inputs: [name],
      outputs: [cast],
      attributes: to("float16"),
    });
    return cast;
  }

  #rewritten(node: OnnxNode): OnnxNode {
    const inputs = node.inputs.map((name) => {
      const tensor = this.#graph.initializers.get(name);
      if (tensor) return this.#constant(name, tensor);
      return this.#casts.get(name) ?? name;
    });
    const isCastUp = node.op === "Cast" && this.#floats.has(node.outputs[0]!);
    return { ...node, inputs, attributes: isCastUp ? to("float16") : node.attributes };
  }

  #constant(name: string, tensor: Tensor): string {
    if (tensor.dtype !== "float32") {
      this.#initializers.set(name, tensor);
      return name;
    }
    const half = `${name}.float16`;
    const cut = (tensor.data as Float32Array).map((value) => Math.min(Math.max(value, -LARGEST), LARGEST));
    this.#initializers.set(half, makeTensor("float16", tensor.shape, float16BitsOf(cut)));
    return half;
  }

  /** The node that makes an output makes `<name>.float16` instead, and a Cast makes the output. */
  #castOutputsUp(): void {
    for (const { name, dtype } of this.#graph.outputs) {
      if (dtype !== "float32") continue;
      const at = this.#nodes.findIndex(({ outputs }) => outputs.includes(name));
      const node = this.#nodes[at]!;
      if (this.#angles.has(node)) continue;
      const half = `${name}.half`;
      this.#nodes[at] = { ...node, outputs: node.outputs.map((output) => (output === name ? half : output)) };
      this.#nodes.push({
        op: "Cast",
        domain: "",
        name: `${name}.up`,
        inputs: [half],
        outputs: [name],
        attributes: to("float32"),
      });
    }
  }
}

/** Cos and Sin, and every node that leads to one. */
function angleNodes({ nodes }: OnnxGraph): Set<OnnxNode> {
  const angles = new Set<OnnxNode>();
  const needed = new Set<string>();
  for (const node of nodes.toReversed()) {
    const isAngle = node.op === "Cos" || node.op === "Sin" || node.outputs.some((name) => needed.has(name));
    if (!isAngle) continue;
    angles.add(node);
    for (const name of node.inputs) needed.add(name);
  }
  return angles;
}
