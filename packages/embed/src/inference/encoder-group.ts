import type {
  EmbedInput,
  EmbedOptions,
  EmbedResult,
  Encoder,
  EncoderModel,
  RerankOptions,
  RerankResult,
} from "../encoder.ts";
import { ModelLoadError } from "../errors.ts";
import type { OpenModelOptions } from "./open-model.ts";
import { ThreadedEncoder } from "./threaded-encoder.ts";
import type { RawAnswer, RawRequest } from "./worker-protocol.ts";

/** What a group needs of its members; ThreadedEncoder fits. */
export type GroupMember = Pick<
  ThreadedEncoder,
  "model" | "pending" | "failure" | "ended" | "embed" | "rerank" | "answer" | "close"
>;

/** Encoders of one model, one for each device. A call goes to the living one with the least waiting. */
export class EncoderGroup implements Encoder {
  readonly model: EncoderModel;
  readonly #members: readonly [GroupMember, ...GroupMember[]];

  /** @throws ModelLoadError when the members would give different vectors */
  constructor(members: readonly [GroupMember, ...GroupMember[]]) {
    const [{ model }] = members;
    for (const [device, { model: other }] of members.entries()) {
      if (other.provider === model.provider && other.variant === model.variant) continue;
      throw new ModelLoadError(
        `One device runs ${model.variant} on ${model.provider}, number ${device + 1} of the list ${other.variant} on ` +
          `${other.provider}: vectors would differ. ${other.notes.join(" ")}`,
      );
    }
    this.model = model;
    this.#members = members;
  }

  /** One encoder for each device number, in threads of their own. Throws what opening one throws; none stays open. */
  static async open(options: OpenModelOptions, deviceIds: readonly number[]): Promise<EncoderGroup> {
    const opened: ThreadedEncoder[] = [];
    try {
      for (const deviceId of deviceIds.length === 0 ? [0] : deviceIds) {
        opened.push(await ThreadedEncoder.open({ ...options, deviceId }));
      }
      return new EncoderGroup(opened as [ThreadedEncoder, ...ThreadedEncoder[]]);
    } catch (error) {
      for (const encoder of opened) await encoder.close();
      throw error;
    }
  }

  get pending(): number {
    return this.#members.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Why the first of the threads that ended by itself did so; null while all live. */
  get failure(): Error | null {
    return this.#members.find(({ failure }) => failure !== null)?.failure ?? null;
  }

  /** Resolves when one of the threads has ended. */
  get ended(): Promise<void> {
    return Promise.race(this.#members.map(({ ended }) => ended));
  }

  embed(inputs: readonly EmbedInput[], options?: EmbedOptions): Promise<EmbedResult> {
    return this.#leastBusy().embed(inputs, options);
  }

  rerank(query: string, texts: readonly string[], options?: RerankOptions): Promise<RerankResult> {
    return this.#leastBusy().rerank(query, texts, options);
  }

  answer(request: RawRequest, signal?: AbortSignal): Promise<RawAnswer> {
    return this.#leastBusy().answer(request, signal);
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()));
  }

  /** A dead one only where all are dead: it says why. */
  #leastBusy(): GroupMember {
    const living = this.#members.filter(({ failure }) => failure === null);
    return (
      living.reduce<GroupMember | null>(
        (best, one) => (best && best.pending <= one.pending ? best : one),
        null,
      ) ?? this.#members[0]
    );
  }
}
