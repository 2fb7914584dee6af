/** Clients in a process of their own, so that neither their work nor their memory counts as the server's. */

export interface ClientPlan {
  readonly url: string;
  readonly clients: number;
  /** Bodies of each client's requests, one after the other; client k starts at body k. */
  readonly bodies: readonly string[];
  readonly requestsEach: number;
}

export interface ClientReport {
  readonly latenciesMs: readonly number[];
  /** How often something else than 200 came back, by status or by the name of the failure. */
  readonly errors: Readonly<Record<string, number>>;
  readonly seconds: number;
}

async function runClients(plan: ClientPlan): Promise<ClientReport> {
  const latenciesMs: number[] = [];
  const errors: Record<string, number> = {};
  const beganAt = performance.now();
  await Promise.all(
    Array.from({ length: plan.clients }, async (_, client) => {
      for (let turn = 0; turn < plan.requestsEach; turn++) {
        const startedAt = performance.now();
        const outcome = await request(plan.url, plan.bodies[(client + turn) % plan.bodies.length]!);
        latenciesMs.push(performance.now() - startedAt);
        if (outcome !== "200") errors[outcome] = (errors[outcome] ?? 0) + 1;
      }
    }),
  );
  return { latenciesMs, errors, seconds: (performance.now() - beganAt) / 1000 };
}

/** The answer's status, or the name of the failure. */
async function request(url: string, body: string): Promise<string> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body });
    await response.arrayBuffer();
    return String(response.status);
  } catch (error) {
    return (error as Error).name;
  }
}

// First the plan; then a report for each further message.
process.once("message", (plan: ClientPlan) => {
  process.on("message", () => void runClients(plan).then((report) => process.send!(report)));
  process.send!("ready");
});
process.once("disconnect", () => process.exit());
