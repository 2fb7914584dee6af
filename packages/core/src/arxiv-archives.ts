/**
 * Names that may stand before the slash of an arXiv id of 1991 to March 2007 (`hep-th/9901001`), the archives
 * that were closed later included. Kept apart from the taxonomy's names so that the recognisers stay small.
 */
export const OLD_ID_ARCHIVES: ReadonlySet<string> = new Set(
  (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs " +
    "dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol " +
    "physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
  ).split(" "),
);
