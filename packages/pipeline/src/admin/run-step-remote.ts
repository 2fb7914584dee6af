import { Readable } from "node:stream";
import { RemoteStepError, StepBusyError } from "../errors.ts";
import type { StepName, StepOptions, StepReport, StepStreams } from "../steps.ts";
import type { AdminEndpoint } from "./admin-endpoint.ts";
import { ADMIN_PATH, AdminMessage, MESSAGES_TYPE, OPTIONS_HEADER } from "./admin-protocol.ts";

/** What the caller of a remote step listens to, besides progress and lines. */
export interface RemoteStreams extends StepStreams {
  readonly onLog?: ((message: string) => void) | undefined;
}

/**
 * Runs a step in the server that holds the data folder. Files are named by absolute paths, both being on one machine;
 * `-` sends `streams.stdin` along. Throws StepBusyError and RemoteStepError; aborting ends the step after its batch.
 */
export async function runStepRemote<Name extends StepName>(
  endpoint: AdminEndpoint,
  name: Name,
  options: StepOptions<Name>,
  streams: RemoteStreams = {},
): Promise<StepReport<Name>> {
  const response = await post(endpoint, name, options, streams);
  if (!response.ok || !response.body) throw await refusal(response);
  for await (const message of readMessages(response.body)) {
    switch (message.type) {
      case "progress":
        streams.onProgress?.(message.progress);
        break;
      case "log":
        streams.onLog?.(message.message);
        break;
      case "line":
        await streams.onLine?.(message.line);
        break;
      case "alive":
        break;
      case "done":
        // The server runs this same package, so that its report has this type.
        return message.report as StepReport<Name>;
      case "error":
        throw new RemoteStepError(message.message, message.name);
    }
  }
  throw new RemoteStepError(
    `the server at ${endpoint.url} went away during ${name}; run the same command again to go on`,
    "ConnectionLost",
  );
}

async function post(
  endpoint: AdminEndpoint,
  name: string,
  options: unknown,
  streams: RemoteStreams,
): Promise<Response> {
  const headers = { authorization: `Bearer ${endpoint.token}`, accept: MESSAGES_TYPE };
  const json = JSON.stringify(options);
  const carried: RequestInit & { duplex?: "half" } = streams.stdin
    ? {
        body: Readable.toWeb(
          Readable.from(streams.stdin, { objectMode: false }),
        ) as ReadableStream<Uint8Array>,
        duplex: "half",
        headers: { ...headers, "content-type": "application/octet-stream", [OPTIONS_HEADER]: json },
      }
    : { body: json, headers: { ...headers, "content-type": "application/json" } };
  try {
    return await fetch(new URL(`${ADMIN_PATH}${name}`, endpoint.url), {
      method: "POST",
      ...carried,
      redirect: "error",
      signal: streams.signal ?? null,
    });
  } catch (error) {
    throw new RemoteStepError(
      `the server at ${endpoint.url} does not answer (${causeOf(error)})`,
      "ConnectionFailed",
      { cause: error },
    );
  }
}

async function refusal(response: Response): Promise<Error> {
  const text = await response.text();
  let detail = `the server answered ${response.status}`;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "detail" in body) detail = String(body.detail);
  } catch {
    // Not ours: the status says enough.
  }
  return response.status === 409
    ? new StepBusyError(detail)
    : new RemoteStepError(detail, `Http${response.status}`);
}

async function* readMessages(body: ReadableStream<Uint8Array>): AsyncIterable<AdminMessage> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield AdminMessage.parse(JSON.parse(line));
    }
  } catch (error) {
    if ((error as Error).name === "AbortError")
      throw new RemoteStepError(
        "stopped on request; run the same command again to go on",
        "StepInterruptedError",
      );
    if (error instanceof TypeError) return;
    throw error;
  }
}

function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
