import { join } from "node:path";
import { API_KEY_FILE, ApiKeyStore } from "../keys/api-key-store.ts";
import { KeyBudget } from "../keys/key-budget.ts";
import { BodyBudget } from "./body-budget.ts";
import { createEmbeddingApp, type RequestAnswerer, type RequestLog } from "./embedding-app.ts";
import { openAiError } from "./openai-embeddings.ts";

export interface SiteEmbeddingOptions {
  /** The API keys are in its `api-keys.json`. */
  readonly dataDir: string;
  /** The site's own encoder; null where it has none or embeds on another server. */
  readonly encoder: RequestAnswerer | null;
  readonly log?: (line: RequestLog) => void;
}

/** Smaller than the server's: pages are served by the same process. */
const MAX_BODY_BYTES = 4_000_000;
const MAX_HELD_BYTES = 4 * MAX_BODY_BYTES;

/**
 * The embedding API inside the site, for requests to `/v1/…`. Off until a key exists: it answers 404 then, and needs no
 * restart when one is made. Nobody is let in without a key.
 */
export function createSiteEmbeddingHandler(
  options: SiteEmbeddingOptions,
): (request: Request) => Promise<Response> {
  const store = new ApiKeyStore(join(options.dataDir, API_KEY_FILE));
  const { encoder } = options;
  if (encoder === null) {
    return async () =>
      hasKeys(store)
        ? refusal(503, "model_not_loaded", "This site has no embedding model of its own.")
        : refusal(404, "not_found", OFF);
  }
  const app = createEmbeddingApp({
    encoder,
    keys: () => store.list(),
    withoutKeys: "nobody",
    budget: new KeyBudget(() => performance.now()),
    metrics: null,
    truncate: "end",
    maxBodyBytes: MAX_BODY_BYTES,
    bodies: new BodyBudget(MAX_HELD_BYTES),
    log: options.log ?? (() => {}),
    now: () => performance.now(),
    isReady: () => true,
  });
  return async (request) => (hasKeys(store) ? app.fetch(request) : refusal(404, "not_found", OFF));
}

const OFF =
  "The embedding API of this site is off: whoever runs it has made no key (npm run embed -- keys add NAME).";

/** A key file that cannot be read holds keys, as far as anybody knows: the API then says that it fails. */
function hasKeys(store: ApiKeyStore): boolean {
  try {
    return store.list().length > 0;
  } catch {
    return true;
  }
}

function refusal(status: number, code: string, message: string): Response {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return Response.json(openAiError({ message, type, param: null, code }), { status });
}
