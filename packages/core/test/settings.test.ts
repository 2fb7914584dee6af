import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseSettings, SETTING_VARIABLES, SettingsError } from "../src/settings.ts";

test("nothing set gives the documented defaults", () => {
  expect(parseSettings({})).toEqual({
    port: 3000,
    host: "localhost",
    dataDir: ".data",
    databaseUrl: null,
    siteUrl: "http://localhost:3000",
    searchUri: ".data/search",
    modelDir: null,
    modelHosts: [],
    embedUrl: null,
    embedKey: null,
    contactEmail: null,
    logLevel: "info",
  });
});

test("an empty or blank value counts as not set", () => {
  const empty = Object.fromEntries(SETTING_VARIABLES.map((variable) => [variable, "  "]));
  expect(parseSettings(empty)).toEqual(parseSettings({}));
});

test("defaults follow the port and the data folder", () => {
  expect(parseSettings({ PORT: "8080", DATA_DIR: "/srv/papers" })).toMatchObject({
    siteUrl: "http://localhost:8080",
    searchUri: "/srv/papers/search",
  });
});

test("good values are taken", () => {
  expect(
    parseSettings({
      PORT: "0",
      HOST: "0.0.0.0",
      DATABASE_URL: "postgres://u:p@db:5432/papers?sslmode=require",
      SITE_URL: "https://papers.example.org/",
      SEARCH_URI: "s3://bucket/search",
      EMBED_URL: "http://[::1]:8080/v1",
      CONTACT_EMAIL: "me@example.org",
      LOG_LEVEL: "DEBUG",
    }),
  ).toMatchObject({
    port: 0,
    host: "0.0.0.0",
    databaseUrl: "postgres://u:p@db:5432/papers?sslmode=require",
    siteUrl: "https://papers.example.org",
    searchUri: "s3://bucket/search",
    embedUrl: "http://[::1]:8080/v1",
    contactEmail: "me@example.org",
    logLevel: "debug",
  });
  expect(parseSettings({ HOST: "::1" }).host).toBe("::1");
});

test.each([
  ["PORT", "80a", "65535"],
  ["PORT", "70000", "65535"],
  ["PORT", "-1", "65535"],
  ["PORT", "3000.5", "65535"],
  ["HOST", "http://localhost", "host name"],
  ["HOST", "a b", "host name"],
  ["DATABASE_URL", "mysql://db/papers", "postgres:"],
  ["DATABASE_URL", "not an address", "postgres:"],
  ["SITE_URL", "papers.example.org", "https:"],
  ["SITE_URL", "javascript:alert(1)", "https:"],
  ["SEARCH_URI", "http://bucket/search", "s3:"],
  ["EMBED_URL", "localhost", "http:"],
  ["CONTACT_EMAIL", "me", "e-mail"],
  ["CONTACT_EMAIL", "a@b.c, d@e.f", "e-mail"],
  ["MODEL_HOSTS", "https://models.example.org", "host names"],
  ["LOG_LEVEL", "loud", "debug, info"],
])("%s=%s is refused with a message that names it and says %s", (variable, value, allowed) => {
  const error = (() => {
    try {
      return parseSettings({ [variable]: value });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(SettingsError);
  expect((error as SettingsError).variable).toBe(variable);
  for (const part of [variable, value, allowed]) expect((error as SettingsError).message).toContain(part);
});

test("a refused address does not put its password into the message", () => {
  expect(() => parseSettings({ DATABASE_URL: "mysql://user:secret@db/papers" })).toThrow(/user:\*\*\*@db/);
});

test(".env.example lists every variable that is read, and no other", () => {
  const text = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
  const listed = [...text.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
  expect(listed).toEqual([...SETTING_VARIABLES]);
  // Each is explained by the line above it.
  for (const variable of SETTING_VARIABLES)
    expect(text).toMatch(new RegExp(`^# .{20,}\\n#${variable}=`, "m"));
});

test("every variable that is listed is read", () => {
  const seen = new Set<string>();
  const env = new Proxy({}, { get: (_, name) => void seen.add(String(name)) });
  parseSettings(env);
  expect([...seen].sort()).toEqual([...SETTING_VARIABLES].sort());
});
