import { resolve } from "node:path";

/**
 * A path as the caller meant it: relative to where the command was typed. `npm run` changes into the package's folder
 * first and keeps the caller's folder in INIT_CWD. `-` (standard input or output) stays.
 */
export function callerPath(path: string, env: NodeJS.ProcessEnv, cwd: string): string {
  return path === "-" ? path : resolve(env.INIT_CWD ?? cwd, path);
}
