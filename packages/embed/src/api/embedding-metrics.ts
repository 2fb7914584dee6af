import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Prometheus metrics of one server; names follow Prometheus' conventions (base units, `_total` for counters). */
export class EmbeddingMetrics {
  readonly registry = new Registry();
  readonly requests: Counter<"api" | "status">;
  readonly texts: Counter;
  readonly tokens: Counter;
  readonly durationS: Histogram<"api">;

  /** @param pending how many texts wait or run, read at each scrape */
  constructor(pending: () => number) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Counter({
      name: "embedding_requests_total",
      help: "Embedding requests by API and HTTP status",
      labelNames: ["api", "status"],
      registers,
    });
    this.texts = new Counter({ name: "embedding_texts_total", help: "Texts embedded", registers });
    this.tokens = new Counter({
      name: "embedding_tokens_total",
      help: "Tokens read by the model",
      registers,
    });
    this.durationS = new Histogram({
      name: "embedding_request_duration_seconds",
      help: "Time from the request's headers to its answer",
      labelNames: ["api"],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
      registers,
    });
    new Gauge({
      name: "embedding_pending_requests",
      help: "Requests that wait or run",
      registers,
      collect() {
        this.set(pending());
      },
    });
  }
}
