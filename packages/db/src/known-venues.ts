/** What we know of series by ourselves: papers name only the id, in the spelling of core's `canonicalVenue`. */
export type VenueKind = "conference" | "journal" | "workshop";

export interface VenueFacts {
  readonly name: string;
  readonly kind: VenueKind;
  readonly site: string | null;
}

type Fact = readonly [id: string, name: string, site?: string];

const CONFERENCES: readonly Fact[] = [
  ["3DV", "International Conference on 3D Vision"],
  ["AAAI", "AAAI Conference on Artificial Intelligence", "https://aaai.org/"],
  [
    "AACL",
    "Conference of the Asia-Pacific Chapter of the Association for Computational Linguistics",
    "https://aclanthology.org/venues/aacl/",
  ],
  [
    "ACL",
    "Annual Meeting of the Association for Computational Linguistics",
    "https://aclanthology.org/venues/acl/",
  ],
  ["ACML", "Asian Conference on Machine Learning", "https://www.acml-conf.org/"],
  ["AISTATS", "International Conference on Artificial Intelligence and Statistics", "https://aistats.org/"],
  [
    "ALT",
    "International Conference on Algorithmic Learning Theory",
    "https://algorithmiclearningtheory.org/",
  ],
  ["ATC", "USENIX Annual Technical Conference", "https://www.usenix.org/conferences/byname/131"],
  ["BMVC", "British Machine Vision Conference", "https://bmva.org/"],
  ["CIKM", "ACM International Conference on Information and Knowledge Management"],
  ["CLeaR", "Conference on Causal Learning and Reasoning", "https://www.cclear.cc/"],
  [
    "COLING",
    "International Conference on Computational Linguistics",
    "https://aclanthology.org/venues/coling/",
  ],
  ["COLM", "Conference on Language Modeling", "https://colmweb.org/"],
  ["COLT", "Conference on Learning Theory", "https://learningtheory.org/"],
  ["CoLLAs", "Conference on Lifelong Learning Agents", "https://lifelong-ml.cc/"],
  [
    "CoNLL",
    "Conference on Computational Natural Language Learning",
    "https://aclanthology.org/venues/conll/",
  ],
  ["CoRL", "Conference on Robot Learning", "https://www.corl.org/"],
  [
    "CVPR",
    "IEEE/CVF Conference on Computer Vision and Pattern Recognition",
    "https://openaccess.thecvf.com/",
  ],
  [
    "EACL",
    "Conference of the European Chapter of the Association for Computational Linguistics",
    "https://aclanthology.org/venues/eacl/",
  ],
  ["ECCV", "European Conference on Computer Vision", "https://www.ecva.net/"],
  [
    "EMNLP",
    "Conference on Empirical Methods in Natural Language Processing",
    "https://aclanthology.org/venues/emnlp/",
  ],
  [
    "FAST",
    "USENIX Conference on File and Storage Technologies",
    "https://www.usenix.org/conferences/byname/146",
  ],
  [
    "Findings",
    "Findings of the Association for Computational Linguistics",
    "https://aclanthology.org/venues/findings/",
  ],
  ["ICCV", "IEEE/CVF International Conference on Computer Vision", "https://openaccess.thecvf.com/"],
  ["ICLR", "International Conference on Learning Representations", "https://iclr.cc/"],
  ["ICML", "International Conference on Machine Learning", "https://icml.cc/"],
  ["ICRA", "IEEE International Conference on Robotics and Automation"],
  ["IJCAI", "International Joint Conference on Artificial Intelligence", "https://www.ijcai.org/"],
  [
    "IJCNLP",
    "International Joint Conference on Natural Language Processing",
    "https://aclanthology.org/venues/ijcnlp/",
  ],
  ["Interspeech", "Annual Conference of the International Speech Communication Association"],
  ["IROS", "IEEE/RSJ International Conference on Intelligent Robots and Systems"],
  [
    "IWSLT",
    "International Conference on Spoken Language Translation",
    "https://aclanthology.org/venues/iwslt/",
  ],
  ["KDD", "ACM SIGKDD Conference on Knowledge Discovery and Data Mining", "https://kdd.org/"],
  ["L4DC", "Learning for Dynamics and Control Conference", "https://l4dc.org/"],
  ["LoG", "Learning on Graphs Conference", "https://logconference.org/"],
  [
    "LREC",
    "International Conference on Language Resources and Evaluation",
    "https://aclanthology.org/venues/lrec/",
  ],
  [
    "LREC-COLING",
    "Joint International Conference on Computational Linguistics, Language Resources and Evaluation",
  ],
  ["MICCAI", "International Conference on Medical Image Computing and Computer Assisted Intervention"],
  ["MIDL", "Medical Imaging with Deep Learning", "https://www.midl.io/"],
  ["MLHC", "Machine Learning for Healthcare Conference", "https://www.mlforhc.org/"],
  ["MLSys", "Conference on Machine Learning and Systems", "https://mlsys.org/"],
  [
    "NAACL",
    "Conference of the Nations of the Americas Chapter of the Association for Computational Linguistics",
    "https://aclanthology.org/venues/naacl/",
  ],
  ["NDSS", "Network and Distributed System Security Symposium", "https://www.ndss-symposium.org/"],
  ["NeurIPS", "Conference on Neural Information Processing Systems", "https://neurips.cc/"],
  [
    "NSDI",
    "USENIX Symposium on Networked Systems Design and Implementation",
    "https://www.usenix.org/conferences/byname/178",
  ],
  [
    "OSDI",
    "USENIX Symposium on Operating Systems Design and Implementation",
    "https://www.usenix.org/conferences/byname/179",
  ],
  ["RSS", "Robotics: Science and Systems", "https://roboticsconference.org/"],
  [
    "SIGIR",
    "International ACM SIGIR Conference on Research and Development in Information Retrieval",
    "https://sigir.org/",
  ],
  ["UAI", "Conference on Uncertainty in Artificial Intelligence", "https://www.auai.org/"],
  ["USENIX Security", "USENIX Security Symposium", "https://www.usenix.org/conferences/byname/108"],
  ["WACV", "IEEE/CVF Winter Conference on Applications of Computer Vision", "https://openaccess.thecvf.com/"],
  ["WMT", "Conference on Machine Translation", "https://aclanthology.org/venues/wmt/"],
  ["WWW", "The ACM Web Conference"],
];

const JOURNALS: readonly Fact[] = [
  ["CL", "Computational Linguistics", "https://aclanthology.org/venues/cl/"],
  ["JMLR", "Journal of Machine Learning Research", "https://jmlr.org/"],
  [
    "TACL",
    "Transactions of the Association for Computational Linguistics",
    "https://aclanthology.org/venues/tacl/",
  ],
  ["TMLR", "Transactions on Machine Learning Research", "https://jmlr.org/tmlr/"],
];

const WORKSHOPS: readonly Fact[] = [
  ["SemEval", "International Workshop on Semantic Evaluation", "https://aclanthology.org/venues/semeval/"],
];

/** Facts by the series' id. */
export const KNOWN_VENUES: ReadonlyMap<string, VenueFacts> = new Map([
  ...facts("conference", CONFERENCES),
  ...facts("journal", JOURNALS),
  ...facts("workshop", WORKSHOPS),
]);

function facts(kind: VenueKind, rows: readonly Fact[]): [string, VenueFacts][] {
  return rows.map(([id, name, site]) => [id, { name, kind, site: site ?? null }]);
}
