/**
 * A lockfile that was written where a registry mirror lacks other systems' binaries has no entries for them, and
 * `npm ci` of npm 11 then calls the file out of sync. Such packages pin an exact version in their parent's
 * optionalDependencies and tell system, processor and C library in their names: enough to write the entries.
 */
export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockPackages = Readonly<Record<string, LockEntry>>;

const SYSTEMS: Readonly<Record<string, string>> = {
  android: "android",
  androideabi: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  linuxmusl: "linux",
  openharmony: "openharmony",
  win32: "win32",
  windows: "win32",
  netbsd: "netbsd",
  openbsd: "openbsd",
  sunos: "sunos",
  aix: "aix",
};
const PROCESSORS: Readonly<Record<string, string>> = {
  arm64: "arm64",
  arm: "arm",
  x64: "x64",
  "64": "x64",
  ia32: "ia32",
  ppc64: "ppc64",
  ppc64le: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
  mips64el: "mips64el",
  wasm32: "wasm32",
};

/** Entries for the platform binaries that packages name and the lockfile lacks, by their path. */
export function missingPlatformEntries(packages: LockPackages): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name) || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) continue;
      const platform = platformOf(name);
      if (platform === null) continue;
      const entry = { version, ...platform, ...(parent.dev ? { dev: true } : {}), optional: true };
      missing[`node_modules/${name}`] = entry;
    }
  }
  return missing;
}

function isLocked(packages: LockPackages, parentPath: string, name: string): boolean {
  return `${parentPath}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
}

/** What the name says: `@biomejs/cli-linux-x64-musl` is for linux, x64, musl. Null for other packages. */
export function platformOf(name: string): Pick<LockEntry, "os" | "cpu" | "libc"> | null {
  const words = name.replace(/^@[^/]+\//, "").split(/[-.]/);
  const os = words.map((word) => SYSTEMS[word]).find((found) => found !== undefined);
  const cpu = words.map((word) => PROCESSORS[word]).find((found) => found !== undefined);
  if (os === undefined || cpu === undefined) return null;
  const isMusl = words.includes("musl") || words.includes("linuxmusl");
  const libc = os !== "linux" ? null : isMusl ? "musl" : words.includes("gnu") ? "glibc" : null;
  return { os: [os], cpu: [cpu], ...(libc === null ? {} : { libc: [libc] }) };
}
