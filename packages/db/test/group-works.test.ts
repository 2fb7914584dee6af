import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorSignature, groupWorks, haveSameAuthors, type WorkCandidate } from "../src/group-works.ts";

const AUTHORS = ["Ada Lovelace", "Emmy Noether", "Grace Hopper"];

function record(key: string, facts: Partial<WorkCandidate> = {}): WorkCandidate {
  const edition = key.startsWith("arxiv:") ? "" : "ICLR 2024";
  return { key, titleKey: key, authors: AUTHORS, edition, richness: 0, ...facts };
}

const works = (candidates: readonly WorkCandidate[], ids: readonly (readonly string[])[] = []) =>
  Object.fromEntries(groupWorks(candidates, ids));

describe("which records are one work", () => {
  test("one title and agreeing authors are one work, one title alone is not", () => {
    const same = works([record("arxiv:1", { titleKey: "t" }), record("openreview:a", { titleKey: "t" })]);
    expect(same).toEqual({ "arxiv:1": "arxiv:1", "openreview:a": "arxiv:1" });
    const others = works([
      record("arxiv:1", { titleKey: "t" }),
      record("openreview:a", { titleKey: "t", authors: ["Alan Turing"] }),
      record("acl:b", { titleKey: "t", authors: [] }),
    ]);
    expect(new Set(Object.values(others)).size).toBe(3);
  });

  test("titles without letters are no evidence", () => {
    const found = works([record("arxiv:1", { titleKey: null }), record("openreview:a", { titleKey: null })]);
    expect(found["openreview:a"]).toBe("openreview:a");
  });

  test("a shared id links across titles, unless neither title nor any author agrees", () => {
    const ids = [["arxiv:1", "openreview:a"]];
    expect(works([record("arxiv:1"), record("openreview:a")], ids)["openreview:a"]).toBe("arxiv:1");
    const stranger = record("openreview:a", { authors: ["Alan Turing"] });
    expect(works([record("arxiv:1"), stranger], ids)["openreview:a"]).toBe("openreview:a");
  });

  test("two arXiv papers are never one work, whatever is said", () => {
    const twins = [record("arxiv:1", { titleKey: "t" }), record("arxiv:2", { titleKey: "t" })];
    expect(works(twins, [["arxiv:1", "arxiv:2"]])).toEqual({ "arxiv:1": "arxiv:1", "arxiv:2": "arxiv:2" });
    const bridge = record("openreview:a", { titleKey: "t" });
    expect(works([...twins, bridge])).toEqual({
      "arxiv:1": "arxiv:1",
      "arxiv:2": "arxiv:2",
      "openreview:a": "arxiv:1",
    });
  });

  test("two records of one source's edition are two works, of two editions one", () => {
    const at = (key: string, edition: string) => record(key, { titleKey: "t", edition });
    expect(works([at("acl:a", "ACL 2024"), at("acl:b", "ACL 2024")])["acl:b"]).toBe("acl:b");
    expect(works([at("acl:a", "ACL 2024"), at("acl:b", "TACL 2024")])["acl:b"]).toBe("acl:a");
    expect(works([at("pmlr:a", "ICML 2024"), at("openreview:b", "ICML 2024")])["pmlr:a"]).toBe(
      "openreview:b",
    );
  });

  test("without an arXiv paper the richest record represents, then the smallest key", () => {
    const at = (key: string, richness: number) => record(key, { titleKey: "t", richness, edition: key });
    expect(works([at("acl:a", 1), at("pmlr:b", 9), at("openreview:c", 9)])["acl:a"]).toBe("openreview:c");
    expect(works([at("acl:a", 99), record("arxiv:9", { titleKey: "t" })])["acl:a"]).toBe("arxiv:9");
  });

  test("the order of records does not matter (property)", () => {
    const anyRecord = fc.record({
      key: fc.constantFrom("arxiv:1", "arxiv:2", "openreview:a", "openreview:b", "acl:c", "pmlr:d"),
      titleKey: fc.constantFrom("t", "u", null),
      authors: fc.constantFrom(AUTHORS, AUTHORS.slice(1), ["Alan Turing"], []),
      edition: fc.constantFrom("ICLR 2024", "ACL 2024"),
      richness: fc.nat(3),
    });
    const anyRecords = fc.uniqueArray(anyRecord, { selector: (each) => each.key });
    fc.assert(
      fc.property(anyRecords, fc.infiniteStream(fc.nat(1000)), (records, numbers) => {
        const shuffled = records
          .map((each) => ({ each, place: numbers.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ each }) => each);
        const ids = [["arxiv:1", "openreview:a", "pmlr:d"]];
        const found = works(records, ids);
        expect(works(shuffled, ids)).toEqual(found);
        const representatives = new Set(Object.values(found));
        for (const key of representatives) expect(found[key]).toBe(key);
      }),
      { seed: 20261122, numRuns: 500 },
    );
  });
});

describe("agreeing authors", () => {
  test("initials, accents, middle names and `Family, Given` make no difference", () => {
    for (const name of ["Jürgen K. Müller", "J. Muller", "Müller, Jürgen", "JURGEN MÜLLER"]) {
      expect(authorSignature(name)).toBe("muller j");
    }
  });

  test("half of the shorter list is enough, less is not", () => {
    expect(haveSameAuthors(AUTHORS, ["A. Lovelace", "Alan Turing"])).toBe(true);
    expect(haveSameAuthors(AUTHORS, ["A. Lovelace", "Alan Turing", "Kurt Gödel"])).toBe(false);
  });

  test("names in turned or broken order agree by their words", () => {
    expect(haveSameAuthors(["Lovelace Ada", "Noether Emmy"], ["Ada Lovelace", "Emmy Noether"])).toBe(true);
    expect(haveSameAuthors(["Ada Lovelace, Emmy", "Noether"], ["Ada Lovelace", "Emmy Noether"])).toBe(true);
  });

  test("no authors agree with nobody", () => {
    expect(haveSameAuthors([], [])).toBe(false);
    expect(haveSameAuthors([], AUTHORS)).toBe(false);
  });
});
