/** The peer of the training benchmark: PyTorch in a process of its own that makes steps when told to. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { ParameterSet } from "@cool-papers/ml";

const SCRIPT = join(import.meta.dirname, "training_torch.py");

/** `eager`: the model as a person writes it down. `sdpa+fused`: PyTorch's fastest attention and optimiser. */
export const TORCH_PEERS = ["eager", "sdpa+fused"] as const;
export type TorchPeerName = (typeof TORCH_PEERS)[number];

/** The peer ended, or said something that is no answer. */
export class TorchPeerError extends Error {
  override readonly name = "TorchPeerError";
}

/** TORCH_PYTHON, or else python3, where it can import torch; null otherwise. */
export async function findTorchPython(): Promise<string | null> {
  const python = process.env.TORCH_PYTHON ?? "python3";
  try {
    await promisify(execFile)(python, ["-c", "import torch"]);
    return python;
  } catch {
    return null;
  }
}

interface Greeting {
  readonly version: string;
  readonly parameterCount: number;
  readonly firstLoss: number;
}

/** One run of something, on the clock and as processor time of all threads of its process. */
export interface Timing {
  readonly wallMs: number;
  readonly processorMs: number;
}

export class TorchPeer {
  readonly name: TorchPeerName;
  readonly version: string;
  readonly parameterCount: number;
  /** Before any update. */
  readonly firstLoss: number;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    name: TorchPeerName,
    child: ChildProcess,
    lines: AsyncIterator<string>,
    greeting: Greeting,
  ) {
    this.name = name;
    this.version = greeting.version;
    this.parameterCount = greeting.parameterCount;
    this.firstLoss = greeting.firstLoss;
    this.#child = child;
    this.#lines = lines;
  }

  /** Writes the weights to `parametersPath` and starts the peer with them. */
  static async open(
    name: TorchPeerName,
    python: string,
    parametersPath: string,
    parameters: ParameterSet,
    setting: object,
  ): Promise<TorchPeer> {
    const tensors = parameters.names.map((name) => parameters.get(name));
    await writeFile(
      parametersPath,
      tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    );
    const entries = parameters.names.map((name) => [name, parameters.get(name).shape]);
    const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin.write(`${JSON.stringify({ ...setting, peer: name, parametersPath, parameters: entries })}\n`);
    return new TorchPeer(name, child, lines, (await nextAnswer(lines)) as Greeting);
  }

  /** Makes `count` updates. */
  async run(count: number): Promise<readonly Timing[]> {
    this.#child.stdin!.write(`${count}\n`);
    return (await nextAnswer(this.#lines)) as readonly Timing[];
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin!.end();
    await ended;
  }
}

async function nextAnswer(lines: AsyncIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next();
  if (done)
    throw new TorchPeerError("training_torch.py ended without an answer; its own message stands above.");
  return JSON.parse(value);
}
