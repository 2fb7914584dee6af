import { type EncoderConfig, encoderConfig } from "../models/encoder-config.ts";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";
import { InterchangeError } from "./hugging-face.ts";
import { tensorNames } from "./name-map.ts";
import { readTensorFlowCheckpoint } from "./tensorflow-checkpoint.ts";

/** The fields of bert4keras' bert_config.json that matter. */
export interface Bert4KerasConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly type_vocab_size?: number;
  readonly hidden_dropout_prob?: number;
  readonly attention_probs_dropout_prob?: number;
  readonly hidden_act?: string;
}

/**
 * Reads a RoFormer or RoFormer-Sim checkpoint of bert4keras. Its matrices are [in, out] as here.
 *
 * @param prefix path of the checkpoint without `.index`
 * @throws CheckpointError for a damaged file, InterchangeError when a tensor of the network is missing
 */
export async function readBert4KerasCheckpoint(
  prefix: string,
  raw: Bert4KerasConfig,
): Promise<{ config: EncoderConfig; parameters: ParameterSet }> {
  const names = tensorNames(raw.num_hidden_layers);
  const tensors = await readTensorFlowCheckpoint(prefix, new Set(names.map(({ tensorFlow }) => tensorFlow)));
  const entries: [string, Parameter][] = [];
  for (const { own, tensorFlow } of names) {
    const tensor = tensors.get(tensorFlow);
    if (tensor !== undefined) entries.push([own, tensor]);
    else if (!/^(lmHead|pooler)/.test(own)) {
      throw new InterchangeError(
        `${prefix} lacks "${tensorFlow}"; it holds no RoFormer of ${raw.num_hidden_layers} layers.`,
      );
    }
  }
  const config = encoderConfig({
    vocabSize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    numHiddenLayers: raw.num_hidden_layers,
    numAttentionHeads: raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    typeVocabSize: raw.type_vocab_size ?? 2,
    hiddenDropout: raw.hidden_dropout_prob ?? 0.1,
    attentionDropout: raw.attention_probs_dropout_prob ?? 0.1,
    // bert4keras' "gelu" is the exact form unless the configuration names the approximate one.
    isGeluApproximate: raw.hidden_act === "gelu_tanh",
    pooling: tensors.has("bert/pooler/dense/kernel") ? "cls" : "mean",
  });
  return { config, parameters: parameterSet(entries) };
}
