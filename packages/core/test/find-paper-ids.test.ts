import fc from "fast-check";
import { expect, test } from "vitest";
import {
  findPaperIds,
  isOnlyPaperIds,
  type PaperId,
  paperIdsOfUrl,
  paperPath,
  printPaperId,
  sourceLinks,
} from "../src/index.ts";
import { startCpuClock } from "./cpu-clock.ts";
import { anyPaperId } from "./paper-id-arbitrary.ts";

function keys(text: string): string[] {
  return findPaperIds(text).map(
    (id) => printPaperId(id) + (id.version === undefined ? "" : `v${id.version}`),
  );
}

test.each<[string, string]>([
  ["https://arxiv.org/abs/2104.09864", "arxiv:2104.09864"],
  ["http://www.arxiv.org/abs/2104.09864v5", "arxiv:2104.09864v5"],
  ["https://arxiv.org/pdf/2104.09864v2.pdf", "arxiv:2104.09864v2"],
  ["https://arxiv.org/pdf/2104.09864#page=3", "arxiv:2104.09864"],
  ["https://arxiv.org/html/2104.09864v1/", "arxiv:2104.09864v1"],
  ["https://arxiv.org/format/2104.09864", "arxiv:2104.09864"],
  ["https://arxiv.org/abs/hep-th/9901001", "arxiv:hep-th/9901001"],
  ["https://arxiv.org/pdf/math.GT/0309136v1.pdf", "arxiv:math/0309136v1"],
  ["https://export.arxiv.org/abs/1706.03762?context=cs", "arxiv:1706.03762"],
  ["https://cn.arxiv.org/abs/1706.03762", "arxiv:1706.03762"],
  ["arxiv.org/abs/1706.03762", "arxiv:1706.03762"],
  ["https://arxiv.org/abs/arXiv:1706.03762", "arxiv:1706.03762"],
  ["https://ar5iv.labs.arxiv.org/html/1706.03762", "arxiv:1706.03762"],
  ["https://www.alphaxiv.org/abs/1706.03762v3", "arxiv:1706.03762v3"],
  ["https://alphaxiv.org/overview/1706.03762", "arxiv:1706.03762"],
  ["https://huggingface.co/papers/1706.03762", "arxiv:1706.03762"],
  ["https://hf.co/papers/1706.03762", "arxiv:1706.03762"],
  ["https://papers.cool/arxiv/1706.03762", "arxiv:1706.03762"],
  ["https://papers.cool/venue/NGB6YNnO5o@OpenReview", "openreview:NGB6YNnO5o"],
  ["http://localhost:3000/arxiv/hep-th/9901001v1", "arxiv:hep-th/9901001v1"],
  ["https://papers.example.org/venue/key24a@v235@PMLR", "pmlr:v235/key24a"],
  ["https://papers.example.org/venue/key24a%40v235%40PMLR?x=1", "pmlr:v235/key24a"],
  ["https://openreview.net/forum?id=NGB6YNnO5o", "openreview:NGB6YNnO5o"],
  ["https://openreview.net/forum?id=v3y68gz-WEz&noteId=abcdefghij", "openreview:v3y68gz-WEz"],
  ["https://openreview.net/forum?noteId=abcdefghij&id=B1_-aBcDeF", "openreview:B1_-aBcDeF"],
  ["https://openreview.net/pdf?id=-_1MVeSLvfxU", "openreview:-_1MVeSLvfxU"],
  ["https://openreview.net/attachment?id=1MVeSLvfxU&name=supplementary_material", "openreview:1MVeSLvfxU"],
  ["https://aclanthology.org/2024.acl-long.290/", "acl:2024.acl-long.290"],
  ["https://aclanthology.org/2024.acl-long.290", "acl:2024.acl-long.290"],
  ["https://aclanthology.org/2024.acl-long.290.pdf", "acl:2024.acl-long.290"],
  ["https://aclanthology.org/2024.acl-long.290v2.pdf", "acl:2024.acl-long.290"],
  ["https://aclanthology.org/attachments/2024.acl-long.290.software.zip", "acl:2024.acl-long.290"],
  ["https://aclanthology.org/P19-1001.bib", "acl:P19-1001"],
  ["https://www.aclweb.org/anthology/P19-1001.pdf", "acl:P19-1001"],
  ["https://www.aclweb.org/anthology/papers/P/P19/P19-1001/", "acl:P19-1001"],
  ["https://proceedings.mlr.press/v235/key24a.html", "pmlr:v235/key24a"],
  ["http://proceedings.mlr.press/v235/key24a/key24a.pdf", "pmlr:v235/key24a"],
  ["https://raw.githubusercontent.com/mlresearch/v235/main/assets/key24a/key24a.pdf", "pmlr:v235/key24a"],
  ["https://www.ijcai.org/proceedings/2024/33", "ijcai:2024/33"],
  ["https://www.ijcai.org/proceedings/2024/0033.pdf", "ijcai:2024/33"],
  [
    "https://openaccess.thecvf.com/content/CVPR2025/html/Jia_A-B_vs._C_CVPR_2025_paper.html",
    "cvf:CVPR2025/Jia_A-B_vs._C_CVPR_2025_paper",
  ],
  [
    "https://openaccess.thecvf.com/content_cvpr_2018/papers/Hu_Squeeze_CVPR_2018_paper.pdf",
    "cvf:CVPR2018/Hu_Squeeze_CVPR_2018_paper",
  ],
  [
    "https://openaccess.thecvf.com/content/CVPR2024W/WS/papers/Li_X_CVPRW_2024_paper.pdf",
    "cvf:CVPR2024W/WS/Li_X_CVPRW_2024_paper",
  ],
  [
    "https://proceedings.neurips.cc/paper_files/paper/2017/hash/3f5ee243547dee91fbd053c1c4a845aa-Abstract.html",
    "neurips:2017/3f5ee243547dee91fbd053c1c4a845aa",
  ],
  [
    "https://papers.nips.cc/paper/2017/file/3f5ee243547dee91fbd053c1c4a845aa-Paper.pdf",
    "neurips:2017/3f5ee243547dee91fbd053c1c4a845aa",
  ],
  ["https://ojs.aaai.org/index.php/AAAI/article/view/30222/32173", "aaai:30222"],
  ["https://ojs.aaai.org/index.php/aaai/article/download/30222/32173", "aaai:30222"],
  ["https://www.usenix.org/conference/osdi24/presentation/xiang-li", "usenix:osdi24/xiang-li"],
  ["https://cvpr.thecvf.com/virtual/2025/poster/33271", "virtual:cvpr.thecvf.com/2025/poster/33271"],
  ["https://neurips.cc/virtual/2024/poster/99347", "virtual:nips.cc/2024/poster/99347"],
  ["https://neurips.cc/virtual/2025/loc/san-diego/poster/117842", "virtual:nips.cc/2025/poster/117842"],
  ["https://eccv.ecva.net/virtual/2024/poster/2333", "virtual:eccv.ecva.net/2024/poster/2333"],
  ["https://doi.org/10.48550/arXiv.2104.09864", "arxiv:2104.09864"],
  ["https://doi.org/10.18653/v1/P19-1001", "acl:P19-1001"],
  ["https://dx.doi.org/10.1145/3580305.3599256", "doi:10.1145/3580305.3599256"],
  ["https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F2104.09864&sa=D", "arxiv:2104.09864"],
  [
    "https://www.connectedpapers.com/main/abc/arxiv:x?url=https://openreview.net/forum?id=NGB6YNnO5o",
    "openreview:NGB6YNnO5o",
  ],
])("the address %s is %s", (text, key) => {
  expect(keys(text)).toEqual([key]);
  expect(isOnlyPaperIds(text)).toBe(true);
});

test.each([
  "https://arxiv.org/list/cs.CL/new",
  "https://arxiv.org/list/cs/2104",
  "https://arxiv.org/search/?query=2104.09864",
  "https://arxiv.org/a/su_j_1",
  "https://aclanthology.org/people/j/jianlin-su/",
  "https://aclanthology.org/people/p19-1001/",
  "https://aclanthology.org/events/acl-2024/",
  "https://aclanthology.org/volumes/2024.acl-long/",
  "https://aclanthology.org/volumes/P19-1/",
  "https://aclanthology.org/2024.acl-long/",
  "https://openreview.net/group?id=ICLR.cc/2024/Conference",
  "https://openreview.net/profile?id=~Jianlin_Su1",
  "https://openreview.net/pdf/45b62ae2ecdab45bf7b954f23929f5d9180cfd3b.pdf",
  "https://openreview.net/references/pdf?id=NGB6YNnO5o",
  "https://proceedings.mlr.press/v235/",
  "https://www.ijcai.org/proceedings/2024/",
  "https://openaccess.thecvf.com/CVPR2025?day=all",
  "https://proceedings.neurips.cc/paper/2017",
  "https://papers.cool/arxiv/cs.CL",
  "https://papers.cool/venue/ICLR.2025",
  "https://github.com/user/2104.09864",
  "https://example.org/files/2104.09864.jpg",
  "https://x.example/?price=2104.09864",
  "https://",
  "https://arxiv.org/abs/%E0%A4%A",
])("the address %s is no paper", (text) => {
  expect(keys(text)).toEqual([]);
});

test.each<[string, string[]]>([
  ["Su et al. (arXiv:2104.09864v2) showed", ["arxiv:2104.09864v2"]],
  ["arXiv: hep-th/9901001, arXiv：1706.03762。", ["arxiv:hep-th/9901001", "arxiv:1706.03762"]],
  ["2104.09864,1706.03762", ["arxiv:2104.09864", "arxiv:1706.03762"]],
  ["2104.09864、1706.03762；math.GT/0309136", ["arxiv:2104.09864", "arxiv:1706.03762", "arxiv:math/0309136"]],
  ["论文2104.09864很好", ["arxiv:2104.09864"]],
  ["twice: 2104.09864v1 and 2104.09864v2", ["arxiv:2104.09864v1"]],
  ["(see https://arxiv.org/abs/2104.09864).", ["arxiv:2104.09864"]],
  ["[RoFormer](https://arxiv.org/abs/2104.09864)", ["arxiv:2104.09864"]],
  ["<a href='https://arxiv.org/abs/2104.09864'>x</a>", ["arxiv:2104.09864"]],
  ["doi:10.1145/3580305.3599256.", ["doi:10.1145/3580305.3599256"]],
  ["10.1016/S0092-8674(00)81683-9).", ["doi:10.1016/s0092-8674(00)81683-9"]],
  ["in 2024.acl-long.290 and P19-1001", ["acl:2024.acl-long.290", "acl:P19-1001"]],
  ["NGB6YNnO5o@OpenReview,2024.acl-long.290@ACL", ["openreview:NGB6YNnO5o", "acl:2024.acl-long.290"]],
  ["(-_1MVeSLvfxU@OpenReview)", ["openreview:-_1MVeSLvfxU"]],
  ["https://papers.cool/arxiv/2104.09864,1706.03762", ["arxiv:2104.09864", "arxiv:1706.03762"]],
  ["The end is 2104.09864.", ["arxiv:2104.09864"]],
  [
    "Mix https://openreview.net/forum?id=NGB6YNnO5o, then 1706.03762!",
    ["openreview:NGB6YNnO5o", "arxiv:1706.03762"],
  ],
])("in %j all ids are found in order", (text, found) => {
  expect(keys(text)).toEqual(found);
});

test.each([
  ["10.1145/3580305.3599256x is a DOI's number 3580305.3599256", "3580305"],
  ["2024.01.15", "a date"],
  ["15.01.2024 2024-01-15 20240115", "dates"],
  ["tel. 1203.4567", "a telephone number"],
  ["电话：1203.4567", "a telephone number"],
  ["+49 1503.12345", "a telephone number"],
  ["3.14159265 and 1234.5678 and 0.2104", "decimals"],
  ["costs $1203.4567 or €1503.12345", "money"],
  ["a mass of 1503.12345 GeV, 1203.4567%", "measured values"],
  ["-1203.4567 = 1203.45678", "sums"],
  ["v1203.4567.8", "a version"],
  ["1203.4567.tar", "a file name"],
  ["word attention NGB6YNnO5o 1MVeSLvfxU", "bare OpenReview ids"],
  ["he/she and/or cs/AI w/o 1/2", "slashes"],
  ["math/12345678", "too many digits"],
  ["ISO-9901001 hep-th/9901", "too few digits"],
  ["WP19-1001 P19-10012 P45-1001", "not the Anthology's"],
  ["someone@example.com", "a mail address"],
])("in %j (%s ...) there is no arXiv, OpenReview or ACL id", (text) => {
  expect(keys(text).filter((key) => !key.startsWith("doi:"))).toEqual([]);
});

test("every id is found in its own page address, path and key form", () => {
  fc.assert(
    fc.property(anyPaperId, (id) => {
      const isSame = (found: PaperId | undefined) => found?.scheme === id.scheme && found.local === id.local;
      expect(isSame(paperIdsOfUrl(sourceLinks(id).page)[0])).toBe(true);
      expect(isSame(paperIdsOfUrl(`https://papers.example.org${paperPath(id)}`)[0])).toBe(true);
    }),
    { seed: 5 },
  );
});

test("finding is total, and adding words around ids changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => Array.isArray(findPaperIds(text))),
    { seed: 6 },
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom("2104.09864", "hep-th/9901001", "arXiv:1706.03762v1", "10.1145/3580305.3599256"),
        { minLength: 1 },
      ),
      (ids) => {
        const bare = keys(ids.join(" "));
        expect(keys(`We read ${ids.join(", then ")} today`)).toEqual(bare);
        expect(isOnlyPaperIds(ids.join(", "))).toBe(true);
        expect(isOnlyPaperIds(`We read ${ids.join(" ")}`)).toBe(false);
      },
    ),
    { seed: 7 },
  );
});

test.each([
  "",
  "   ",
  "attention is all you need",
  "2104.09864 rotary",
  "title:2104.09864 x",
  "https://arxiv.org/list/cs/new 2104.09864",
  "NGB6YNnO5o",
])("%j is not only ids", (text) => {
  expect(isOnlyPaperIds(text)).toBe(false);
});

test.each([
  "2104.09864",
  " arXiv:2104.09864v2 [cs.CL] ",
  "2104.09864,1706.03762",
  "2104.09864 and 1706.03762",
  "P19-1001",
  "(10.1145/3580305.3599256)",
])("%j is only ids", (text) => {
  expect(isOnlyPaperIds(text)).toBe(true);
});

const LONG = 200_000;
test.each([
  "a",
  "1",
  ".",
  "@",
  "a@",
  "a.",
  "/",
  "http://",
  "10.",
  "10.1/",
  "1203.",
  "a-",
  "(",
  "x(",
  "https://a/(",
  "doi:",
  "arxiv:",
  "2104.09864,",
  "%",
  "&",
  "www.",
])("%j repeated to 200 kB is read in linear time", (unit) => {
  const text = unit.repeat(LONG / unit.length);
  const elapsedMs = startCpuClock();
  findPaperIds(text);
  expect(elapsedMs()).toBeLessThan(30_000);
});
