import fc from "fast-check";
import { expect, test } from "vitest";
import {
  arxivMonth,
  isSamePaperId,
  multiPaperPath,
  PAPER_SCHEMES,
  type PaperId,
  paperPath,
  parseArxivId,
  parseArxivIdList,
  parseDoi,
  parseLocalId,
  parsePaperKey,
  parseVenuePaperId,
  parseVenuePaperIdList,
  printPaperId,
  printVenuePaperId,
  sourceLinks,
} from "../src/index.ts";
import { anyPaperId } from "./paper-id-arbitrary.ts";

test("every id's key reads back as the same id", () => {
  fc.assert(
    fc.property(anyPaperId, (id) => {
      expect(parsePaperKey(printPaperId(id))).toEqual(id);
    }),
    { seed: 1 },
  );
});

test("every id's venue form reads back, also after a router has decoded it and with the site in any case", () => {
  fc.assert(
    fc.property(anyPaperId, (id) => {
      const text = printVenuePaperId(id);
      expect(parseVenuePaperId(text)).toEqual(id);
      expect(parseVenuePaperId(decodeURIComponent(text))).toEqual(id);
      expect(parseVenuePaperId(text.replace(/[^@]+$/, (site) => site.toLowerCase()))).toEqual(id);
    }),
    { seed: 2 },
  );
});

test("a list of venue ids splits at its commas whatever the ids hold", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyPaperId, { selector: printPaperId, maxLength: 6 }), (ids) => {
      const list = parseVenuePaperIdList(ids.map(printVenuePaperId).join(","));
      expect(list).toEqual({ ids, unknown: [] });
    }),
    { seed: 3 },
  );
});

test("no text makes the readers throw, and what they read is canonical", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(...PAPER_SCHEMES),
      (text, scheme) => {
        for (const id of [
          parseArxivId(text),
          parseVenuePaperId(text),
          parsePaperKey(text),
          parseLocalId(scheme, text),
        ]) {
          if (id) expect(parsePaperKey(printPaperId(id))?.local).toBe(id.local);
        }
      },
    ),
    { seed: 4 },
  );
});

test.each([
  ["2104.09864", "2104.09864", undefined],
  ["arXiv:2104.09864v2", "2104.09864", 2],
  ["ARXIV: 2104.09864V12", "2104.09864", 12],
  ["2104.09864v2 [cs.CL]", "2104.09864", 2],
  ["2104.09864v3.pdf", "2104.09864", 3],
  ["0704.0001", "0704.0001", undefined],
  ["1412.9999", "1412.9999", undefined],
  ["1501.00001", "1501.00001", undefined],
  ["math.GT/0309136", "math/0309136", undefined],
  ["math.gt/0309136v2", "math/0309136", 2],
  ["HEP-TH/9901001", "hep-th/9901001", undefined],
  ["cond-mat.mes-hall/9901001", "cond-mat/9901001", undefined],
  ["cmp-lg/9404001", "cmp-lg/9404001", undefined],
  ["cs/0703001", "cs/0703001", undefined],
])("arXiv id %s is %s", (text, local, version) => {
  expect(parseArxivId(text)).toEqual(
    version === undefined ? { scheme: "arxiv", local } : { scheme: "arxiv", local, version },
  );
});

test.each([
  ["2113.00001", "month 13"],
  ["2100.00001", "month 0"],
  ["0703.0001", "new form before April 2007"],
  ["1412.00001", "five digits before 2015"],
  ["1501.0001", "four digits since 2015"],
  ["2104.00000", "number zero"],
  ["9912.12345", "years of the old form"],
  ["2104.098641", "six digits"],
  ["2104.09864v0", "version zero"],
  ["hep-xx/9901001", "an archive that never was"],
  ["econ/0701001", "an archive that had no old ids"],
  ["hep-th/9913001", "month 13 of the old form"],
  ["hep-th/0704001", "old form after March 2007"],
  ["hep-th/9106001", "before arXiv began"],
  ["hep-th/9901000", "number zero of the old form"],
  ["", "nothing"],
])("%s is no arXiv id: %s", (text) => {
  expect(parseArxivId(text)).toBeNull();
});

test("the month of an id is known for both forms and all centuries", () => {
  expect(arxivMonth("2104.09864")).toEqual({ year: 2021, month: 4 });
  expect(arxivMonth("hep-th/9901001")).toEqual({ year: 1999, month: 1 });
  expect(arxivMonth("math/0309136")).toEqual({ year: 2003, month: 9 });
  expect(arxivMonth("nonsense")).toBeNull();
});

test.each<[string, string]>([
  ["10.48550/arXiv.2104.09864", "arxiv:2104.09864"],
  ["https://doi.org/10.48550/arxiv.hep-th/9901001", "arxiv:hep-th/9901001"],
  ["10.18653/v1/P19-1001", "acl:P19-1001"],
  ["doi:10.18653/v1/2024.acl-long.290", "acl:2024.acl-long.290"],
  ["10.3115/v1/D14-1162", "acl:D14-1162"],
  ["10.24963/ijcai.2024/33", "ijcai:2024/33"],
  ["10.1609/aaai.v38i17.29876", "aaai:29876"],
  ["10.1609/aaai.v33i01.33013346", "doi:10.1609/aaai.v33i01.33013346"],
  ["10.1145/3580305.3599256", "doi:10.1145/3580305.3599256"],
  ["10.1016/J.IS.2019.03.007", "doi:10.1016/j.is.2019.03.007"],
  ["10.48550/arXiv.2199.00001", "doi:10.48550/arxiv.2199.00001"],
])("DOI %s is %s", (text, key) => {
  expect(parseDoi(text) && printPaperId(parseDoi(text) as PaperId)).toBe(key);
});

test.each<[string, string]>([
  ["NGB6YNnO5o@OpenReview", "openreview:NGB6YNnO5o"],
  ["v3y68gz-WEz@OpenReview", "openreview:v3y68gz-WEz"],
  ["2024.acl-long.290@ACL", "acl:2024.acl-long.290"],
  ["key24a@v235@PMLR", "pmlr:v235/key24a"],
  ["33@2024@IJCAI", "ijcai:2024/33"],
  ["Jia_Learning_a_Model_CVPR_2025_paper@CVPR2025@CVF", "cvf:CVPR2025/Jia_Learning_a_Model_CVPR_2025_paper"],
  ["38818@AAAI", "aaai:38818"],
  ["3580305.3599256@10.1145@DOI", "doi:10.1145/3580305.3599256"],
])("the site's form %s is %s and prints the same", (text, key) => {
  const id = parseVenuePaperId(text);
  expect(id && printPaperId(id)).toBe(key);
  expect(id && paperPath(id)).toBe(`/venue/${text}`);
});

test.each([
  "",
  "@ACL",
  "2024.acl-long.290",
  "x@Nowhere",
  "no paper@OpenReview",
  "~zz@OpenReview",
  "~ff@DOI",
  "2024.acl-long.0@ACL",
  "P19-1000@ACL",
])("%j is no venue id", (text) => {
  expect(parseVenuePaperId(text)).toBeNull();
});

test("leading zeros, case and other spellings of local ids have one canonical form", () => {
  expect(parseLocalId("ijcai", "2024/0033")?.local).toBe("2024/33");
  expect(parseLocalId("acl", "p19-1001")?.local).toBe("P19-1001");
  expect(parseLocalId("acl", "2024.ACL-long.290")?.local).toBe("2024.acl-long.290");
  expect(parseLocalId("virtual", "www.neurips.cc/2024/poster/99347")?.local).toBe(
    "nips.cc/2024/poster/99347",
  );
  expect(parseLocalId("openreview", "NGB6YNnO5o")?.local).toBe("NGB6YNnO5o");
});

test("a version stands in paths and links and is no part of the identity", () => {
  const id = parseArxivId("2104.09864v2")!;
  expect(printPaperId(id)).toBe("arxiv:2104.09864");
  expect(paperPath(id)).toBe("/arxiv/2104.09864v2");
  expect(sourceLinks(id).pdf).toBe("https://arxiv.org/pdf/2104.09864v2");
  expect(isSamePaperId(id, parseArxivId("2104.09864")!)).toBe(true);
});

test("the multi-id list keeps order, drops repetitions and names what it does not know", () => {
  expect(parseArxivIdList("2104.09864, 1706.03762v2,oops,1706.03762 math.GT/0309136")).toEqual({
    ids: [
      { scheme: "arxiv", local: "2104.09864" },
      { scheme: "arxiv", local: "1706.03762", version: 2 },
      { scheme: "arxiv", local: "math/0309136" },
    ],
    unknown: ["oops"],
  });
});

test("a page of many papers has one path, mixed sources included", () => {
  const [arxiv, acl] = [parseArxivId("2104.09864")!, parseVenuePaperId("2024.acl-long.290@ACL")!];
  expect(multiPaperPath([arxiv])).toBe("/arxiv/2104.09864");
  expect(multiPaperPath([arxiv, parseArxivId("1706.03762")!])).toBe("/arxiv/2104.09864,1706.03762");
  expect(multiPaperPath([arxiv, acl])).toBe("/venue/2104.09864@arXiv,2024.acl-long.290@ACL");
});

test("links of editions follow the folders of their time", () => {
  const page = (local: string) => sourceLinks(parseLocalId("cvf", local)!).page;
  expect(page("CVPR2016/He_Deep_Residual_CVPR_2016_paper")).toBe(
    "https://openaccess.thecvf.com/content_cvpr_2016/html/He_Deep_Residual_CVPR_2016_paper.html",
  );
  expect(page("CVPR2020/He_Momentum_CVPR_2020_paper")).toContain("/content_CVPR_2020/html/");
  expect(page("CVPR2025W/WS/A_B_CVPRW_2025_paper")).toContain("/content/CVPR2025W/WS/html/");
  expect(sourceLinks(parseLocalId("ijcai", "2024/33")!).pdf).toBe(
    "https://www.ijcai.org/proceedings/2024/0033.pdf",
  );
});
