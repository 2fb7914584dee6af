/** Requests as a browser on the same machine sends them, timed from the request to the last byte; nothing is decompressed here. */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { quantile } from "./quantile.ts";

export interface PageLoad {
  /** The first request for this page after the start, when nothing of it is kept yet. */
  readonly firstMs: number;
  readonly oneClient: LoadTimes;
  /** The same with eight requests under way all the time. */
  readonly eightClients: LoadTimes;
  /** Processor time of the server for a request of one client; null where the system does not tell. */
  readonly cpuMs: number | null;
  /** Bytes of a body as sent, compressed. */
  readonly sentBytes: number;
}

export interface LoadTimes {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface LoadOptions {
  readonly url: string;
  /** Process of the server. */
  readonly pid: number;
  readonly requests: number;
  /** Path of the request with this number. */
  readonly pathOf: (index: number) => string;
}

const WARM_UP = 5;
const CLIENTS = 8;
/** What Chromium sends. */
const ACCEPT_ENCODING = "gzip, deflate, br, zstd";

export async function loadPage({ url, pid, requests, pathOf }: LoadOptions): Promise<PageLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  try {
    const first = await get(agent, url + pathOf(0));
    for (let index = 1; index <= WARM_UP; index++) await get(agent, url + pathOf(index));
    const cpuBefore = cpuTimeMs(pid);
    const alone: number[] = [];
    for (let index = 0; index < requests; index++) alone.push((await get(agent, url + pathOf(index))).ms);
    const cpuAfter = cpuTimeMs(pid);
    let next = 0;
    const together: number[] = [];
    const client = async (): Promise<void> => {
      while (next < requests) together.push((await get(agent, url + pathOf(next++))).ms);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return {
      firstMs: round(first.ms),
      oneClient: timesOf(alone),
      eightClients: timesOf(together),
      cpuMs: cpuBefore === null || cpuAfter === null ? null : round((cpuAfter - cpuBefore) / requests),
      sentBytes: first.bytes,
    };
  } finally {
    agent.destroy();
  }
}

function timesOf(times: readonly number[]): LoadTimes {
  return { p50Ms: round(quantile(times, 0.5)), p95Ms: round(quantile(times, 0.95)) };
}

function get(agent: Agent, address: string): Promise<{ ms: number; bytes: number }> {
  const startedAt = performance.now();
  return new Promise((done, fail) => {
    const asked = request(address, { agent, headers: { "accept-encoding": ACCEPT_ENCODING } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on("error", fail);
      answer.on("end", () => {
        if (answer.statusCode === 200) done({ ms: performance.now() - startedAt, bytes });
        else fail(new Error(`${address.slice(0, 120)} answered ${answer.statusCode}.`));
      });
    });
    asked.on("error", fail);
    asked.end();
  });
}

/** User and system time of a process and its threads so far, in steps of 10 ms (Linux); null elsewhere. */
function cpuTimeMs(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

export function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
