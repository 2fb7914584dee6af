/** Imports made-up papers into the folder given until it is killed; prints how many are stored after each batch. */
import { openDatabase, upsertPapers } from "../src/index.ts";
import { makePaper } from "./make-paper.ts";

const db = await openDatabase({ databaseUrl: null, dataDir: process.argv[2]! });
for (let stored = 0; ; ) {
  const batch = Array.from({ length: 200 }, (_, i) =>
    makePaper(`arxiv:2405.${String(stored + i).padStart(6, "0")}`, {
      categories: ["cs.LG", "stat.ML"],
      doi: `10.1/${stored + i}`,
    }),
  );
  await upsertPapers(db, batch);
  stored += batch.length;
  console.log(stored);
}
