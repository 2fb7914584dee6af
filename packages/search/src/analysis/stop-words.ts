/**
 * Words that carry no topic: they are indexed (phrases need them) but do not score when the query has other words.
 * Function words, and the phrases people wrap around a literature question ("could you list papers that …").
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a about above after again against all also am among an and any are as at be because been before being below " +
    "between both but by can cannot could did do does doing done down during each either else etc few for from " +
    "further had has have having he her here hers him his how however i if in into is it its itself just me more " +
    "most much my no nor not of off on once only or other others our ours out over own same she should so some such " +
    "than that the their theirs them then there these they this those through thus to too under until up upon us " +
    "very via was we were what when where whether which while who whom whose why will with within without would " +
    "you your yours " +
    "paper papers study studies work works article articles research researcher researchers author authors " +
    "literature publication publications please provide give tell list name show find suggest recommend mention " +
    "know example examples"
  ).split(" "),
);
