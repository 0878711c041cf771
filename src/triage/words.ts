import {
  ces,
  dan,
  deu,
  ell,
  eng,
  fin,
  fra,
  hun,
  ind,
  ita,
  nld,
  nob,
  pol,
  por,
  ron,
  rus,
  spa,
  swe,
  tur,
  ukr,
  vie,
} from 'stopword';

/** Scripts whose words are not set apart by spaces, or whose words carry their grammar with them. */
const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\u30fc';
const UNSPACED_RUN = new RegExp(`[${UNSPACED}]+`, 'gu');
const HIRAGANA_ONLY = /^\p{Script=Hiragana}+$/u;
const WORD = /\p{L}[\p{L}\p{N}]*/gu;
/** Longer is an encoding, not a word. */
const LONGEST_WORD = 30;
/** Enough to bring recurring and recurrence, attach and attachment together, in most languages written with letters. */
const STEM = 6;

/** What says little in any report: the commonest verbs and the phrases in which agents wrap every wish. */
const ENGLISH = words(`
  ${eng.join(' ')} no not so then can does did

  again against all almost already also although always another any anyone anything anyway around ask asked asking away
  back became become behind below beside better big bit cannot come comes couldn didn different doesn doing don done down
  during each either else enough even ever every everything exactly except far few first fully gave get gets getting give
  given gives giving go goes going gone good hadn has hasn haven having help hence hers hold however instead isn itself just
  keep kept kind knew know known large last least left less let likely little long lot made main may maybe mean means meant
  mine mostly near nearly necessary need needed needing needs neither never next nobody none nor normal nothing off often
  ok old once one ones ought own part per perhaps possible possibly precisely put quite rather really reason regard right
  same saw say saying says see seem seemed seems seen send set several shall she show shown simple simply single small so
  someone something somehow sometimes somewhere soon still stuff such sure take taken takes tell tells thing things think
  though three thus today together told took toward tried tries truly try trying turn two unless until upon us use used
  useful user users using usual usually via wanna want wanted wanting wants wasn well went weren whatever whenever whether
  whole whom whose why will with within without won wouldn yes yet yours ll ve re

  ability able accept accepted accepting accepts achieve add added adding addition agent allow allowed allowing allows api
  arg args argument arguments attempt attempted available call called calling calls capability client context contain
  contains currently customer does empty error errors example expected expose exposed exposes eventually fail failed fails
  feature field fields find fine found function ignored ignores impossible include included includes including input
  invalid lack lacking lacks limitation looked looking manual manually mcp missing mode model nice offer offered offers only
  optional option options output param parameter parameters params pass passed passing please pls provide provided provides
  receive received reject rejected rejects reply request requested required requires response responses result results
  return returned returning returns server session silently some specific string support supported supporting supports task
  tool tools unable unknown value values wish work workaround worked working works would
`);

const PHRASES_ELSEWHERE = words(`
  brauche benotige benotigt mochte werkzeug fehlt fehlen moglich moglichkeit unmoglich gibt geht funktioniert liefert bietet
  besoin outil parametre permet permettre impossible manque faudrait possible fournit renvoie souhaite
  necesito necesita herramienta falta permite posible imposible devuelve quiero poder hace
  preciso precisa ferramenta falta permite possivel impossivel retorna quero
  bisogno strumento manca permette possibile impossibile restituisce vorrei servirebbe
  nodig gereedschap ontbreekt mogelijk onmogelijk geeft wil graag
  нужно нужен инструмент невозможно нельзя возможность параметр potrzebuje narzedzie brakuje mozna mozliwosci parametr
  需要 无法 無法 没有 沒有 工具 参数 參數 支持 只能 不能 可以 希望 用户 返回
  必要 機能 引数 対応 指定 不可 可能 手段 方法 ツール ール 필요 도구 없습 습니 니다 지원 가능 합니
`);

const LANGUAGES = [
  deu,
  fra,
  spa,
  por,
  ita,
  nld,
  pol,
  rus,
  ukr,
  swe,
  dan,
  nob,
  fin,
  ces,
  ron,
  hun,
  tur,
  ind,
  vie,
  ell,
].map((list) => words(list.join(' ')));

/** Lower case, compatibility forms and the diacritics of Latin letters folded, camelCase and snake_case as separate words. */
export function plain(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
    .normalize('NFC');
}

/** Text without what agents paste into it: JSON, markup, stack traces, addresses. It says what came back, not what is missing. */
export function withoutPayload(text: string): string {
  return withoutStructures(text)
    .replace(/\[redacted [^\]]{1,40}\]/g, ' ')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/<\/?[A-Za-z][^<>]{0,400}>/g, ' ')
    .replace(/^[ \t]*(?:at\s.{1,200}:\d+|File ".{1,200}", line \d+).*$/gm, ' ');
}

/** Cuts out every bracketed stretch that holds at least two `"key":` pairs, also one that was clipped before its end. */
function withoutStructures(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] !== '{' && text[i] !== '[') continue;
    const end = structureEnd(text, i);
    if ((text.slice(i, end).match(/"\s*:/g) ?? []).length < 2) continue;
    kept.push(text.slice(from, i));
    from = end;
    i = end - 1;
  }
  return [...kept, text.slice(from)].join(' ');
}

function structureEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '{' || text[i] === '[') depth += 1;
    if (text[i] === '}' || text[i] === ']') depth -= 1;
    if (depth === 0) return i + 1;
  }
  return text.length;
}

/** The function words of the language a text is most probably written in, besides English. */
export function functionWords(text: string): ReadonlySet<string> {
  const seen = (text.match(WORD) ?? []).slice(0, 500);
  let best: ReadonlySet<string> = new Set();
  let most = 2;
  for (const language of LANGUAGES) {
    const hits = seen.filter((word) => language.has(word) && !ENGLISH.has(word)).length;
    if (hits > most) [best, most] = [language, hits];
  }
  return best;
}

/**
 * The words of a plain text that tell reports apart: term and the word it stands for. Stemmed by length; Chinese, Japanese,
 * Korean and Thai as pairs of signs.
 */
export function* termsOf(text: string, ignored: ReadonlySet<string>): Generator<{ term: string; word: string }> {
  for (const [word] of text.matchAll(WORD)) {
    const runs = word.match(UNSPACED_RUN);
    for (const run of runs ?? []) {
      for (let i = 0; i + 2 <= run.length; i += 1) {
        const pair = run.slice(i, i + 2);
        if (!HIRAGANA_ONLY.test(pair) && !PHRASES_ELSEWHERE.has(pair)) yield { term: pair, word: pair };
      }
    }
    if (runs || word.length < 2 || word.length > LONGEST_WORD) continue;
    if (ENGLISH.has(word) || PHRASES_ELSEWHERE.has(word) || ignored.has(word)) continue;
    yield { term: stem(word), word };
  }
}

function stem(word: string): string {
  const singular =
    word.length > 4 && word.endsWith('ies')
      ? `${word.slice(0, -3)}y`
      : word.length > 3 && word.endsWith('s') && !/(?:ss|us|is)$/.test(word)
        ? word.slice(0, -1)
        : word;
  const root =
    singular.length > 5 && singular.endsWith('ing')
      ? singular.slice(0, -3)
      : singular.length > 4 && singular.endsWith('ed')
        ? singular.slice(0, -2)
        : singular;
  const bare = root.length > 4 && root.endsWith('e') ? root.slice(0, -1) : root;
  return bare.replace(/([bdgklmnprt])\1$/, '$1').slice(0, STEM);
}

function words(list: string): Set<string> {
  return new Set(plain(list).split(/\s+/).filter(Boolean));
}

/** The words of which names are made, stemmed as terms are. */
export function partsOf(names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const name of names) for (const [word] of plain(name).matchAll(WORD)) found.add(stem(word));
  return found;
}
