import type { Settings } from "@cool-papers/core/settings";
import type { RemoteStreams, StepName, StepOptions, StepReport } from "@cool-papers/pipeline";

/**
 * Runs a step where the data are: in the running server, when one holds the embedded database, else in this process.
 * With a database server every process may write; the site's search index is told by the same route all the same. Only
 * a step that shares its work (embedding) then runs here even so: a second process is what its caller wants.
 */
export async function runStepSomewhere<Name extends StepName>(
  settings: Settings,
  name: Name,
  options: StepOptions<Name>,
  streams: RemoteStreams,
): Promise<StepReport<Name>> {
  // Loaded here: the database and the index take a second to load, which help and a mistyped option need not wait for.
  const { findAdminEndpoint, isSharedStep, openContext, runStep, runStepRemote, STEPS } = await import(
    "@cool-papers/pipeline"
  );
  const isWantedHere = settings.databaseUrl !== null && isSharedStep(name);
  const endpoint = isWantedHere ? null : await findAdminEndpoint(settings.dataDir);
  if (endpoint) {
    streams.onLog?.(`a server is running (process ${endpoint.pid}); ${name} runs in it`);
    return runStepRemote(endpoint, name, options, streams);
  }
  const context = await openContext({
    ...settings,
    withEmbedder: STEPS[name].usesEmbedder,
    log: (message) => streams.onLog?.(message),
  });
  try {
    return await runStep(context, name, options, streams);
  } finally {
    await context.close();
  }
}
