/** Settings by environment variables: read and checked here and nowhere else. `.env.example` lists each with a line. */

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Settings {
  /** TCP port of the site, 0 (any free one) to 65535. */
  readonly port: number;
  /** Name or address that the site listens on. The default is reachable from this machine only. */
  readonly host: string;
  /** Folder of the embedded database, the index and lock files; relative to the working folder. */
  readonly dataDir: string;
  /** PostgreSQL connection, null for the embedded database. */
  readonly databaseUrl: string | null;
  /** Public address of the site, without a slash at the end. */
  readonly siteUrl: string;
  /** Folder or object store (`s3://…`) of the search index. */
  readonly searchUri: string;
  /** Folder of an embedding bundle, null for the shipped one. */
  readonly modelDir: string | null;
  /** Hosts that an embedding bundle may be fetched from; none by default. */
  readonly modelHosts: readonly string[];
  /** Address of an OpenAI-compatible embedding server, null for embedding in this process. */
  readonly embedUrl: string | null;
  readonly embedKey: string | null;
  /** Address that the harvester gives to the sources in its User-Agent, and the about page to readers. */
  readonly contactEmail: string | null;
  readonly logLevel: LogLevel;
}

/** A variable whose value cannot be used. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly variable: string;
  readonly value: string;

  constructor(variable: string, value: string, allowed: string) {
    super(`${variable} is "${value}", but it must be ${allowed}. Correct it in the environment or in .env.`);
    this.variable = variable;
    this.value = value;
  }
}

/** Every variable that is read. */
export const SETTING_VARIABLES = [
  "PORT",
  "HOST",
  "DATA_DIR",
  "DATABASE_URL",
  "SITE_URL",
  "SEARCH_URI",
  "MODEL_DIR",
  "MODEL_HOSTS",
  "EMBED_URL",
  "EMBED_KEY",
  "CONTACT_EMAIL",
  "LOG_LEVEL",
] as const;

export type SettingVariable = (typeof SETTING_VARIABLES)[number];
export type Environment = Readonly<Record<string, string | undefined>>;

type Read = (variable: SettingVariable) => string | null;

/** Values without surrounding blanks; an empty one counts as not set. */
function reader(env: Environment): Read {
  return (variable) => {
    const value = env[variable]?.trim();
    return value === undefined || value === "" ? null : value;
  };
}

function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= 65_535)) throw new SettingsError("PORT", value, "a whole number from 0 to 65535");
  return port;
}

function parseHost(value: string): string {
  const isHost = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*)$/i.test(value);
  if (!isHost)
    throw new SettingsError("HOST", value, "a host name or an IP address, without protocol and port");
  return value;
}

/** An address with one of the protocols, without a slash at the end. */
function parseUrl(variable: SettingVariable, value: string, protocols: readonly string[]): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !protocols.includes(url.protocol) || url.hostname === "") {
    const allowed = protocols.map((protocol) => `${protocol}//…`).join(" or ");
    throw new SettingsError(variable, withoutPassword(value), `an address ${allowed}`);
  }
  return value.replace(/\/+$/, "");
}

/** Messages end up in logs: a password in an address does not. */
function withoutPassword(value: string): string {
  return value.replace(/:\/\/([^:/@\s]*):[^@\s]*@/, "://$1:***@");
}

function parseEmail(value: string): string {
  if (!/^[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+$/.test(value)) {
    throw new SettingsError("CONTACT_EMAIL", value, "one e-mail address");
  }
  return value;
}

function parseLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === value.toLowerCase());
  if (level === undefined) throw new SettingsError("LOG_LEVEL", value, `one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function parseFolder(variable: SettingVariable, value: string): string {
  if (value.includes("\0"))
    throw new SettingsError(variable, value.replaceAll("\0", "\\0"), "the path of a folder");
  return value;
}

function parseSearchUri(value: string): string {
  const protocol = /^([a-z][a-z0-9+]+):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (protocol !== undefined && !["s3", "gs", "az", "file"].includes(protocol)) {
    throw new SettingsError("SEARCH_URI", value, "a folder or an address s3://…, gs://…, az://… or file://…");
  }
  return parseFolder("SEARCH_URI", value);
}

/** Host names separated by commas. */
function parseHosts(value: string): string[] {
  const hosts = value.split(",").map((host) => host.trim().toLowerCase());
  if (hosts.some((host) => !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/.test(host))) {
    throw new SettingsError("MODEL_HOSTS", value, "host names separated by commas, without protocol");
  }
  return hosts;
}

/** Null stays null. */
function optional<T>(value: string | null, parse: (value: string) => T): T | null {
  return value === null ? null : parse(value);
}

/**
 * Reads the settings. Throws `SettingsError`, which names the variable, its value and what is allowed.
 * The site's default address is `http://localhost:PORT`.
 */
export function parseSettings(env: Environment): Settings {
  const read = reader(env);
  const httpUrl = (variable: SettingVariable) =>
    optional(read(variable), (value) => parseUrl(variable, value, ["http:", "https:"]));
  const port = parsePort(read("PORT") ?? "3000");
  const dataDir = parseFolder("DATA_DIR", read("DATA_DIR") ?? ".data");
  return {
    port,
    host: parseHost(read("HOST") ?? "localhost"),
    dataDir,
    databaseUrl: optional(read("DATABASE_URL"), (value) =>
      parseUrl("DATABASE_URL", value, ["postgres:", "postgresql:"]),
    ),
    siteUrl: httpUrl("SITE_URL") ?? `http://localhost:${port}`,
    searchUri: parseSearchUri(read("SEARCH_URI") ?? `${dataDir}/search`),
    modelDir: optional(read("MODEL_DIR"), (value) => parseFolder("MODEL_DIR", value)),
    modelHosts: optional(read("MODEL_HOSTS"), parseHosts) ?? [],
    embedUrl: httpUrl("EMBED_URL"),
    embedKey: read("EMBED_KEY"),
    contactEmail: optional(read("CONTACT_EMAIL"), parseEmail),
    logLevel: parseLogLevel(read("LOG_LEVEL") ?? "info"),
  };
}
