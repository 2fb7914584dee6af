import type { EncoderModel } from "../encoder.ts";
import { MAX_INPUTS } from "./openai-embeddings.ts";
import { MAX_DOCUMENTS } from "./rerank.ts";

/** OpenAPI 3.1 document of the embedding API for the served model. */
export function openApiDocument(model: EncoderModel): object {
  const error = { $ref: "#/components/schemas/Error" };
  const json = (schema: object) => ({ content: { "application/json": { schema } } });
  const failure = (description: string) => ({ description, ...json(error) });
  const refusals = {
    401: failure("No key, or a wrong one"),
    404: failure("The model is not served here"),
    413: failure("Too many texts or too large a body"),
    429: failure("The key's requests or tokens of this minute are spent; see Retry-After"),
    503: failure("Too much waits, or the server is shutting down"),
  };
  const usage = {
    type: "object",
    properties: { prompt_tokens: { type: "integer" }, total_tokens: { type: "integer" } },
  };
  return {
    openapi: "3.1.0",
    info: {
      title: "Cool Papers embedding API",
      version: "1.0.0",
      description: `Sentence vectors of ${model.id}: ${model.dimension} numbers of length 1, up to ${model.maxTokens} tokens a text.`,
    },
    security: [{ bearer: [] }],
    paths: {
      "/v1/embeddings": {
        post: {
          operationId: "createEmbeddings",
          summary: "Embed texts (OpenAI's API)",
          requestBody: { required: true, ...json({ $ref: "#/components/schemas/EmbeddingsRequest" }) },
          responses: {
            200: {
              description: "Vectors in the order of the input",
              ...json({ $ref: "#/components/schemas/Embeddings" }),
            },
            400: failure("The body cannot be used"),
            ...refusals,
          },
        },
      },
      "/v1/rerank": {
        post: {
          operationId: "rerank",
          summary: "Order texts by how much of a query they say (Cohere's and Jina's API)",
          requestBody: { required: true, ...json({ $ref: "#/components/schemas/RerankRequest" }) },
          responses: {
            200: {
              description: "The best first; scores of two queries cannot be compared",
              ...json({ $ref: "#/components/schemas/Reranked" }),
            },
            400: failure(
              model.reranks
                ? "The body cannot be used"
                : "This model does not rerank, or the body cannot be used",
            ),
            ...refusals,
          },
        },
      },
      "/v1/models": {
        get: {
          operationId: "listModels",
          summary: "The served model and its aliases",
          responses: { 200: { description: "OpenAI's list of models", ...json({ type: "object" }) } },
        },
      },
      "/embed": {
        post: {
          operationId: "embed",
          summary: "Embed texts (text-embeddings-inference's API)",
          requestBody: {
            required: true,
            ...json({
              type: "object",
              required: ["inputs"],
              properties: {
                inputs: { oneOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
                truncate: { type: "boolean" },
                prompt_name: { enum: ["query", "document"] },
                dimensions: { enum: model.dimensions },
              },
            }),
          },
          responses: {
            200: {
              description: "One vector for each text",
              ...json({ type: "array", items: { type: "array", items: { type: "number" } } }),
            },
            413: { description: "Too many texts or too large a body" },
          },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: {
        EmbeddingsRequest: {
          type: "object",
          required: ["input", "model"],
          properties: {
            input: {
              oneOf: [
                { type: "string", minLength: 1 },
                { type: "array", maxItems: MAX_INPUTS, items: { type: "string", minLength: 1 } },
                { type: "array", items: { type: "integer", minimum: 0, exclusiveMaximum: model.vocabSize } },
                { type: "array", maxItems: MAX_INPUTS, items: { type: "array", items: { type: "integer" } } },
              ],
            },
            model: { enum: [model.id, `${model.id}-query`, `${model.id}-document`] },
            dimensions: { enum: model.dimensions },
            encoding_format: { enum: ["float", "base64"], default: "float" },
            input_type: { enum: ["query", "document"] },
            user: { type: "string" },
          },
        },
        Embeddings: {
          type: "object",
          properties: {
            object: { const: "list" },
            model: { type: "string" },
            data: {
              type: "array",
              items: {
                type: "object",
                properties: {
                  object: { const: "embedding" },
                  index: { type: "integer" },
                  embedding: { oneOf: [{ type: "array", items: { type: "number" } }, { type: "string" }] },
                },
              },
            },
            usage,
          },
        },
        RerankRequest: {
          type: "object",
          required: ["model", "query", "documents"],
          properties: {
            model: { enum: [model.id] },
            query: { type: "string", minLength: 1 },
            documents: {
              type: "array",
              minItems: 1,
              maxItems: MAX_DOCUMENTS,
              items: {
                oneOf: [
                  { type: "string" },
                  { type: "object", required: ["text"], properties: { text: { type: "string" } } },
                ],
              },
            },
            top_n: { type: "integer", minimum: 1 },
            return_documents: { type: "boolean", default: false },
          },
        },
        Reranked: {
          type: "object",
          properties: {
            object: { const: "list" },
            model: { type: "string" },
            results: {
              type: "array",
              items: {
                type: "object",
                properties: {
                  index: { type: "integer" },
                  relevance_score: { type: "number" },
                  document: { type: "object", properties: { text: { type: "string" } } },
                },
              },
            },
            usage,
          },
        },
        Error: {
          type: "object",
          properties: {
            error: {
              type: "object",
              properties: {
                message: { type: "string" },
                type: { type: "string" },
                param: { type: ["string", "null"] },
                code: { type: "string" },
              },
            },
          },
        },
      },
    },
  };
}
