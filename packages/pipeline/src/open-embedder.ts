import { existsSync } from "node:fs";
import { join } from "node:path";
import { EmbeddingClient, type RequestAnswerer, SHIPPED_BUNDLE, ThreadedEncoder } from "@cool-papers/embed";
import type { PaperEmbedder } from "./context.ts";

export interface EmbedderSettings {
  /** Folder of a bundle; null takes the shipped one, where it is there. */
  readonly modelDir: string | null;
  /** Address of an OpenAI-compatible server that embeds instead of this process. */
  readonly embedUrl: string | null;
  readonly embedKey: string | null;
  /** One sentence at a time, for people. */
  readonly log: (message: string) => void;
}

/** A PaperEmbedder and the way to end it. */
export interface OpenEmbedder extends PaperEmbedder {
  /** Unit vector of a reader's query. */
  embedQuery(text: string, signal?: AbortSignal): Promise<Float32Array>;
  /** Answers requests of the embedding API with the same model; null where another server embeds. */
  readonly answerer: RequestAnswerer | null;
  close(): Promise<void>;
}

/**
 * The embedder that the settings name: a server's, a bundle's in a thread of this process, or null when neither is
 * there and search works on keywords.
 *
 * @throws ModelLoadError when the named bundle cannot be used, EmbeddingClientError when the server does not answer
 */
export async function openEmbedder(settings: EmbedderSettings): Promise<OpenEmbedder | null> {
  if (settings.embedUrl !== null) return openRemote(settings.embedUrl, settings.embedKey);
  const bundleDir = settings.modelDir ?? SHIPPED_BUNDLE;
  if (settings.modelDir === null && !existsSync(join(bundleDir, "config.json"))) return null;
  const encoder = await ThreadedEncoder.open({ bundleDir });
  for (const note of encoder.model.notes) settings.log(note);
  const embed = async (texts: readonly string[], inputType: "query" | "document", signal?: AbortSignal) =>
    (await encoder.embed(texts, { inputType, signal })).vectors;
  return {
    model: encoder.model.id,
    dimension: encoder.model.dimension,
    embedDocuments: (texts, signal) => embed(texts, "document", signal),
    embedQuery: async (text, signal) => (await embed([text], "query", signal))[0]!,
    ...(encoder.model.reranks && {
      rerank: async (query, texts, signal) => (await encoder.rerank(query, texts, { signal })).scores,
    }),
    answerer: encoder,
    close: () => encoder.close(),
  };
}

async function openRemote(baseUrl: string, apiKey: string | null): Promise<OpenEmbedder> {
  const { id: model, reranks } = await EmbeddingClient.firstModel({ baseUrl, apiKey });
  const client = new EmbeddingClient({ baseUrl, apiKey, model });
  const [probe] = await client.embed(["probe"], { inputType: "document" });
  return {
    model,
    dimension: probe!.length,
    embedDocuments: (texts, signal) => client.embed(texts, { inputType: "document", signal }),
    embedQuery: async (text, signal) => (await client.embed([text], { inputType: "query", signal }))[0]!,
    ...(reranks && { rerank: (query, texts, signal) => client.rerank(query, texts, { signal }) }),
    answerer: null,
    close: async () => {},
  };
}
