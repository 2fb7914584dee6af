/** Time and memory of softmax attention, linear attention and the recurrent form against the length of the text. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { layerMultiplications } from "../nn/index.ts";
import { printTable } from "../report/print-table.ts";
import type { AttentionCell, AttentionCellCost, AttentionForm } from "./attention-cost-cell.ts";

export interface AttentionCostOptions {
  readonly lengths: readonly number[];
  readonly hiddenSize: number;
  readonly numAttentionHeads: number;
  readonly threads: number;
  readonly repeats: number;
}

export interface AttentionCost {
  readonly length: number;
  /** 12nD² and 2n²D: multiplications of one layer */
  readonly multiplications: { readonly linear: number; readonly quadratic: number };
  readonly costs: Readonly<Record<AttentionForm, AttentionCellCost>>;
}

const CELL = join(import.meta.dirname, "attention-cost-cell.ts");

/** Every cell runs in a process of its own, since memory that one has used stays with its process. */
export async function attentionCost(options: AttentionCostOptions): Promise<AttentionCost[]> {
  const costs: AttentionCost[] = [];
  for (const length of options.lengths) {
    const measure = (form: AttentionForm) => measureCell({ ...options, length, form });
    costs.push({
      length,
      multiplications: layerMultiplications(length, options.hiddenSize),
      costs: {
        softmax: await measure("softmax"),
        linear: await measure("linear"),
        recurrent: await measure("recurrent"),
      },
    });
  }
  return costs;
}

async function measureCell(cell: AttentionCell): Promise<AttentionCellCost> {
  const { stdout } = await promisify(execFile)(process.execPath, [CELL, JSON.stringify(cell)]);
  return JSON.parse(stdout) as AttentionCellCost;
}

/** Prints the table; writes it as JSON too where a path is given. */
export async function runAttentionCost(
  options: AttentionCostOptions,
  jsonPath: string | null,
): Promise<void> {
  const costs = await attentionCost(options);
  console.log(printAttentionCost(costs));
  console.log(
    `One layer of width D = ${options.hiddenSize}, one text of n tokens, forward pass, ${options.threads} thread(s), median ` +
      `of ${options.repeats}; 2n²D exceeds 12nD² from n = ${6 * options.hiddenSize}. softmax and linear: the whole layer ` +
      "in onnxruntime. recurrent: attention of all heads alone, in TypeScript, extrapolated from 32 queries of one head. " +
      "MB: growth of the process.",
  );
  if (jsonPath !== null) await writeFile(jsonPath, `${JSON.stringify({ ...options, costs }, null, 2)}\n`);
}

function printAttentionCost(costs: readonly AttentionCost[]): string {
  const forms: readonly AttentionForm[] = ["softmax", "linear", "recurrent"];
  return printTable(
    ["n", "12nD² /M", "2n²D /M", ...forms.flatMap((form) => [`${form} ms`, `${form} MB`])],
    costs.map(({ length, multiplications, costs: byForm }) => [
      String(length),
      (multiplications.linear / 1e6).toFixed(1),
      (multiplications.quadratic / 1e6).toFixed(1),
      ...forms.flatMap((form) => [byForm[form].ms.toFixed(2), (byForm[form].bytes / 1e6).toFixed(1)]),
    ]),
  );
}
