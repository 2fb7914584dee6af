import { defineConfig } from "drizzle-kit";

/** `npm run generate` in this folder writes the SQL for a changed schema; no database is needed. */
export default defineConfig({ dialect: "postgresql", schema: "./src/schema.ts", out: "./migrations" });
