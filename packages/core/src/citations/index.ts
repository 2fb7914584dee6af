export * from "./bibtex.ts";
export * from "./csl.ts";
export * from "./csv.ts";
export * from "./plain.ts";
export * from "./ris.ts";
