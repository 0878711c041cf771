/**
 * Words that say nothing about where code lives: English function words, and the vocabulary every report about an
 * MCP server shares ("the tool returned an error").
 */
const stopWords = new Set(
  `a about actually after again agent agents ain all also always am an and any anything anyway are aren as at
  available be because been before being both but by call called calling calls came can cannot cant come could
  couldn currently did didn do does doesn doesnt doing don done dont down each either else error errors etc even
  ever every example exist existing exists expected fail failed fails false few first for found from full gave get
  gets getting give given gives go going got had hadn has hasn have haven having he hence her here him his how i
  id ids if in instead into is isn isnt it its just kind know last like list lists ll look looked looking looks
  lot made make makes many may maybe mcp me might missing mistake more most much must my name names need needed
  needs neither never new next no none nor not nothing notice noticed now null number of off old on once one only
  or other our out over own part per perhaps please possible re really response result results return returned
  returning returns said same say says see seems seen server set several she should shouldn show shows simply
  since so some something still string such take takes than that the their them then there these they thing things
  this those though three through thus to too tool tools tried tries true try trying two type types under until up
  us use used user users uses using value values ve very via want wanted wants was wasn way we well went were
  weren what when where whether which while who whole whom why will with within without won work worked working
  works would wouldn yet you your`.split(/\s+/),
);

/** Longer words are data (hashes, base64), and looking at them costs time on hostile files. */
const longestWord = 80;

const suffixes: [ending: string, replacement: string][] = [
  ['ations', 'at'],
  ['ation', 'at'],
  ['sses', 'ss'],
  ['ies', 'y'],
  ['ings', ''],
  ['ing', ''],
  ['ed', ''],
  ['es', 'e'],
  ['s', ''],
];

/**
 * Brings the forms of an English word together: `queries` and `query`, `paginate` and `pagination`. Light on purpose,
 * because identifiers are not prose and a strong stemmer joins what a programmer kept apart.
 */
export function stem(word: string): string {
  let stemmed = word;
  if (word.length > 4 && !word.endsWith('ss')) {
    for (const [ending, replacement] of suffixes) {
      if (word.endsWith(ending) && word.length - ending.length + replacement.length >= 3) {
        stemmed = word.slice(0, word.length - ending.length) + replacement;
        break;
      }
    }
  }
  return stemmed.length > 4 && stemmed.endsWith('e') ? stemmed.slice(0, -1) : stemmed;
}

/** The parts of an identifier, lower-cased: `listHTTPRoutes_v2` is `list`, `http`, `routes`, `v`, `2`. */
function identifierParts(identifier: string): string[] {
  if (identifier.length > longestWord) return [];
  return (identifier.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((part) => part.toLowerCase());
}

/** The parts of an identifier as search terms. Single letters and short numbers find everything, so they are left out. */
export function identifierTerms(identifier: string): string[] {
  return identifierParts(identifier)
    .filter((part) => part.length > (part.charCodeAt(0) < 58 ? 2 : 1))
    .map(stem);
}

const stopTerms = new Set([...stopWords].flatMap((word) => [word, stem(word)]));

export function isStopTerm(term: string): boolean {
  return stopTerms.has(term);
}

/** Calls `visit` for each identifier of a text with the line it stands on, counted from 1. One pass, no backtracking. */
export function eachIdentifier(text: string, visit: (identifier: string, line: number) => void): void {
  let line = 1;
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 10;
    const inWord = (code > 96 && code < 123) || (code > 64 && code < 91) || (code > 47 && code < 58) || code === 95;
    if (inWord) {
      if (start < 0) start = at;
    } else {
      if (start >= 0) {
        if (at - start <= longestWord) visit(text.slice(start, at), line);
        start = -1;
      }
      if (code === 10) line++;
    }
  }
}
