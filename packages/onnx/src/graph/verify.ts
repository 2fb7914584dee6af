import type { OnnxGraph, OnnxModel, OnnxNode, ValueInfo, ValueType } from "../model.ts";
import { elementSizeBytes } from "../tensor.ts";
import { inferTypes } from "./infer-types.ts";
import { findOpRule } from "./op-rules.ts";
import { printShape, ShapeError, unifyDims } from "./shape.ts";

/**
 * What a valid graph is. SPEC.md says each rule in words; `verify.test.ts` breaks each of them once.
 */
export const RULES = {
  imports: "S1",
  names: "S2",
  order: "S3",
  outputs: "S4",
  knownOps: "S5",
  arity: "S6",
  attributes: "S7",
  types: "S8",
  declaredTypes: "S9",
  initializers: "S10",
} as const;

export type SpecRule = (typeof RULES)[keyof typeof RULES];

export interface Violation {
  readonly rule: SpecRule;
  readonly message: string;
}

/** A model breaks the specification; lists every violation. */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
  readonly violations: readonly Violation[];
  constructor(violations: readonly Violation[]) {
    super(
      `the model is not valid:\n${violations.map(({ rule, message }) => `  ${rule}: ${message}`).join("\n")}`,
    );
    this.violations = violations;
  }
}

export interface VerifyOptions {
  /** Accept ops that this package has no rule for, as models of other producers have them. */
  readonly allowsUnknownOps?: boolean;
}

/** @throws VerificationError with all violations of SPEC.md */
export function verifyModel(model: OnnxModel, options: VerifyOptions = {}): void {
  const violations = findViolations(model, options);
  if (violations.length > 0) throw new VerificationError(violations);
}

/** All violations, in the order of the rules; empty for a valid model. */
export function findViolations(model: OnnxModel, options: VerifyOptions = {}): Violation[] {
  const { graph } = model;
  const structure = [
    ...checkImports(model),
    ...checkNames(graph),
    ...checkOrder(graph),
    ...checkOutputs(graph),
  ];
  const nodes = graph.nodes.flatMap((node) => checkNode(node, options));
  // Types mean nothing while names or the order of nodes are wrong.
  const types = structure.length > 0 || nodes.length > 0 ? [] : checkTypes(graph);
  return [...structure, ...nodes, ...types, ...checkInitializers(graph)];
}

const describe = (node: OnnxNode): string => `node "${node.name || node.outputs[0]}" (${node.op})`;

function checkImports({ opsets, graph }: OnnxModel): Violation[] {
  const domains = new Set(["", ...graph.nodes.map(({ domain }) => domain)]);
  return [...domains]
    .filter((domain) => !(opsets[domain]! > 0))
    .map((domain) => ({
      rule: RULES.imports,
      message: `the operator set "${domain || "ai.onnx"}" is not imported`,
    }));
}

function checkNames(graph: OnnxGraph): Violation[] {
  const seen = new Set<string>();
  const violations: Violation[] = [];
  const define = (name: string, what: string): void => {
    if (seen.has(name))
      violations.push({ rule: RULES.names, message: `${what} defines "${name}" a second time` });
    seen.add(name);
  };
  const requireName = (name: string, what: string): void => {
    if (name === "") violations.push({ rule: RULES.names, message: `${what} has no name` });
    else define(name, what);
  };
  for (const { name } of graph.inputs) requireName(name, "an input");
  for (const name of graph.initializers.keys()) requireName(name, "an initializer");
  for (const node of graph.nodes) {
    for (const name of node.outputs) if (name !== "") define(name, describe(node));
  }
  return violations;
}

function checkOrder(graph: OnnxGraph): Violation[] {
  const defined = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  const violations: Violation[] = [];
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      if (name === "" || defined.has(name)) continue;
      violations.push({
        rule: RULES.order,
        message: `${describe(node)} reads "${name}", which nothing before it defines`,
      });
    }
    for (const name of node.outputs) defined.add(name);
  }
  return violations;
}

function checkOutputs(graph: OnnxGraph): Violation[] {
  const defined = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const violations: Violation[] = [];
  if (graph.outputs.length === 0)
    violations.push({ rule: RULES.outputs, message: "the graph has no output" });
  const seen = new Set<string>();
  for (const { name } of graph.outputs) {
    if (name === "" || !defined.has(name)) {
      violations.push({ rule: RULES.outputs, message: `no node computes the output "${name}"` });
    }
    if (seen.has(name))
      violations.push({ rule: RULES.outputs, message: `the output "${name}" is listed twice` });
    seen.add(name);
  }
  return violations;
}

function checkNode(node: OnnxNode, { allowsUnknownOps = false }: VerifyOptions): Violation[] {
  const rule = findOpRule(node.domain, node.op);
  if (rule === null) {
    const message = `${describe(node)}: no rule for ${node.domain || "ai.onnx"}.${node.op}`;
    return allowsUnknownOps ? [] : [{ rule: RULES.knownOps, message }];
  }
  const violations: Violation[] = [];
  const count = (what: string, found: number, [least, most]: readonly [number, number]): void => {
    if (found >= least && found <= most) return;
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    violations.push({ rule: RULES.arity, message: `${describe(node)} has ${found} ${what}, not ${wanted}` });
  };
  count("inputs", node.inputs.length, rule.inputs);
  count("outputs", node.outputs.length, rule.outputs);
  if (node.inputs.slice(0, rule.inputs[0]).includes("")) {
    violations.push({ rule: RULES.arity, message: `${describe(node)} leaves out an input that it needs` });
  }
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const kind = rule.attributes[name];
    if (kind === attribute.kind) continue;
    const message =
      kind === undefined ? `has no attribute "${name}"` : `wants "${name}" as ${kind}, not ${attribute.kind}`;
    violations.push({ rule: RULES.attributes, message: `${describe(node)} ${message}` });
  }
  return violations;
}

function checkTypes(graph: OnnxGraph): Violation[] {
  const { types, errors } = inferTypes(graph);
  const violations = errors.map(
    ({ node, message }): Violation => ({ rule: RULES.types, message: `${describe(node)}: ${message}` }),
  );
  for (const output of graph.outputs) {
    const type = types.get(output.name);
    const difference = type && typeDifference(output, type);
    if (difference)
      violations.push({ rule: RULES.declaredTypes, message: `the output "${output.name}" ${difference}` });
  }
  return violations;
}

function typeDifference(declared: ValueInfo, { dtype, shape }: ValueType): string | null {
  if (declared.dtype !== dtype) return `is declared ${declared.dtype} and computed as ${dtype}`;
  if (shape === null) return null;
  const message = `is declared ${printShape(declared.shape)} and computed as ${printShape(shape)}`;
  if (declared.shape.length !== shape.length) return message;
  try {
    declared.shape.forEach((dim, axis) => void unifyDims(dim, shape[axis]!));
    return null;
  } catch (error) {
    if (error instanceof ShapeError) return message;
    throw error;
  }
}

function checkInitializers(graph: OnnxGraph): Violation[] {
  return Array.from(graph.initializers).flatMap(([name, { dtype, shape, data }]): Violation[] => {
    const count = shape.reduce((product, size) => product * size, 1);
    const isValid = data.length === count && data.byteLength === count * elementSizeBytes(dtype);
    const message = `the initializer "${name}" [${shape.join(", ")}] of ${dtype} holds ${data.length} values`;
    return isValid ? [] : [{ rule: RULES.initializers, message }];
  });
}
