import type { Rule } from './issued.ts';

/** Names whose value nobody publishes, whatever it looks like. */
const PASSWORD = `pass(?:word|wd|phrase|code)|pwd|pgpass|rootpw`;
/** Names whose value is a secret when it looks like one. */
const KEY = [
  // What leads to the next page is none.
  '(?<!(?:page|next|continuation|cursor|sync|prev|previous|resume|max|min|start|change|delta|stop|eos|bos|pad|scroll)[_-]?)token',
  'secret',
  '(?:api|access|secret|private|client|account|auth|app|encryption|signing|master|admin|license)[_-]?key',
  '(?:service(?:[_-]role)?|subscription|shared[_-]access|storage|webhook|hmac|jwt|deploy|session)[_-]?key',
  'client[_-]?secret',
  'credential',
  '(?<![a-z])cookie',
].join('|');
const QUOTE = String.raw`\\*["'\u0060]`;
/** What stands between a name and its value, in configuration, in code, in JSON that was quoted. */
const IS = String.raw`(?:${QUOTE})?[ \t]{0,4}(?:=>|:=|={1,2}|:|(?<=["'\u0060][ \t]{0,4}),(?=[ \t]{0,4}["'\u0060]))[ \t]{0,4}`;

/** Words that stand where a secret would, and say what it is or that there is none. */
const PLACEHOLDER =
  /^(?:str(?:ing)?|text|bool(?:ean)?|int(?:eger)?|number|float|object|array|list|dict|null|nil|none|undefined|true|false|yes|no|n\/a|any|unknown|required|optional|missing|empty|invalid|expired|wrong|unset|not|redacted|hidden|masked|secret|password|token|value|example|change_?me|tbd|inherit|default|off|on|disabled|enabled|bearer|basic|credentials?|your[-_ ].*)$/i;
const ALGORITHM = /^(?:sha|md|utf|base|bcrypt|argon|pbkdf|aes|rsa|hs|rs|es|ed|oauth|http|v)[-_]?\d+[\w-]{0,8}$/i;

/** A name, a reference, a word or a stand-in: what people write in place of a secret. */
function isStandIn(value: string): boolean {
  return (
    PLACEHOLDER.test(value) ||
    ALGORITHM.test(value) ||
    /^[<$%{[(]|\$\{|\{\{|^\*+$|…|\.{3}|redacted|^(.)\1+$|^\/.*\/\w*$/i.test(value) ||
    // Names of variables, and what leads to one.
    /^[a-z]+(?:_[a-z]+)+(?:_v?\d)?$|^[A-Z]+(?:_[A-Z]+)+$|^[a-z]+(?:[A-Z][a-z]+)+\d?$/.test(value) ||
    /^[A-Za-z_]+(?:\.[A-Za-z_]+)+$|^[A-Za-z_][\w.]*[([]/.test(value)
  );
}

const isWord = (value: string) => /^\p{Lu}?\p{Ll}+(?:-\p{Ll}+)?[.!?:]*$/u.test(value);
const hasBoth = (value: string) => /\d/.test(value) && /\p{L}/u.test(value);
const isMixed = (value: string) => /\p{Ll}.*\p{Lu}|\p{Lu}.*\p{Lu}.*\p{Ll}/u.test(value);

/** A sentence about the value, such as a schema has. */
const isProse = (value: string) =>
  /^\p{L}[\p{L}'’_-]*(?:,? \p{L}[\p{L}'’_-]*)+[.!?]?$|^\p{L}[\p{L}'’_-]*(?:[,:;]? \p{L}[\p{L}'’_-]*){2,}/u.test(value);

/** Whether what stands under a name is its secret. A value in quotes, or right after `=`, is one sooner than a word in a sentence. */
function isValue(value: string, name: string): boolean {
  if (value.length < 4 || isStandIn(value)) return false;
  // A list of names, sooner than a name and its value.
  if (/,[ \t]*\\*["'\u0060]$/.test(name)) return value.length > 7 && hasBoth(value) && !isProse(value);
  const isAssigned = /=["'\u0060\\]*$|["'\u0060]$/.test(name);
  if (new RegExp(PASSWORD, 'i').test(name)) {
    if (/pwd/i.test(name) && /^(?:[~./]|[a-z]:[\\/])/i.test(value)) return false;
    if (isProse(value) && /^\p{Lu}/u.test(value)) return false;
    if (isAssigned) return !/^\d{1,3}$/.test(value) && value.length > 4;
    return !isWord(value) ? hasBoth(value) || isMixed(value) || /[^\w.-]./.test(value) : value.length > 15;
  }
  if (value.length < 8 || isProse(value) || /^[a-z]+(?:[-.][a-z]+)+$/.test(value)) return false;
  return isAssigned || hasBoth(value) || isMixed(value) || value.length >= 24;
}

/** Letters and digits as no name has them. */
function isRandom(value: string): boolean {
  if (value.length < 16 || isStandIn(value) || !hasBoth(value)) return false;
  return /^[0-9a-f]{32,}$/i.test(value) || isMixed(value);
}

/** `user:password` in base64, as RFC 7617 has it. */
function isBasic(value: string): boolean {
  return /^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

const named = ({ value, name }: { value: string; name: string }) => isValue(value, name);
const random = ({ value }: { value: string }) => isRandom(value);
const CREDENTIAL = 'credential';

/** Shapes that people paste. In code they are mostly names of secrets, not secrets. */
export const PASTED: readonly Rule[] = [
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>authorization${IS}(?:${QUOTE})?(?:bearer|basic|token|api-?key|key|negotiate|ntlm|hmac|jwt|dpop|bot)[ \t]+(?:token=)?["']?)(?<value>(?!\+)[^\s"'\u0060,;]{4,})`,
      'gi',
    ),
    isSecret: ({ value }) => !isStandIn(value) && !isWord(value),
  },
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>authorization${IS}(?:${QUOTE})?(?:digest|oauth|hawk|signature|aws4-hmac-sha256|[\w-]{2,30}-hmac-[\w-]+)[ \t]+)(?<value>\w+=[^\n]{8,})`,
      'gi',
    ),
  },
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>authorization${IS}(?:${QUOTE})?(?:[A-Za-z][\w-]{1,30}[ \t]+)?)(?<value>[^\s"'\u0060,;]{6,})`,
      'gi',
    ),
    isSecret: ({ value }) => !isStandIn(value) && hasBoth(value),
  },
  {
    kind: CREDENTIAL,
    pattern: /(?<keep>\bbearer\s+)(?<value>[\w.~+/=-]{16,})/gi,
    isSecret: ({ value }) => !isStandIn(value) && (hasBoth(value) || isMixed(value)),
  },
  {
    kind: CREDENTIAL,
    pattern: /(?<keep>\bbasic\s+)(?<value>[A-Za-z0-9+/]{8,}={0,2})/gi,
    isSecret: ({ value }) => isBasic(value),
  },
  {
    kind: CREDENTIAL,
    pattern: new RegExp(String.raw`(?<keep>\b_?auth${IS}(?:${QUOTE})?)(?<value>[A-Za-z0-9+/]{8,}={0,2})`, 'gi'),
    isSecret: ({ value }) => isBasic(value),
  },
  // Addresses of databases and the like, whose passwords may hold a slash.
  {
    kind: CREDENTIAL,
    near: '@',
    pattern:
      /(?<keep>\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|valkey|amqps?|mssql|sqlserver|clickhouse|ldaps?|smtps?|s?ftps?)(?:\+\w{1,10})?:\/\/[^\s:/@]{0,100}:)(?!\d{1,5}(?:\/|$))[^\s"'<>]{1,200}(?<tail>@)/gi,
  },
  {
    kind: CREDENTIAL,
    near: '@',
    pattern: /(?<keep>\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:)(?<value>[^\s/"'<>]{1,200})(?<tail>@)/gi,
    isSecret: ({ value }) => !/^[<$%{[]/.test(value),
  },
  {
    kind: CREDENTIAL,
    near: '@',
    pattern: /(?<keep>\b[a-z][a-z0-9+.-]{1,20}:\/\/)(?<value>[^\s:/@"'<>]{16,200})(?<tail>@)/gi,
    isSecret: random,
  },
  { kind: CREDENTIAL, near: '@', pattern: /(?<keep>:thin:[^\s/:@]{1,60}\/)[^\s/@]{4,100}(?<tail>@)/gi },
  {
    kind: CREDENTIAL,
    near: '@',
    pattern: /(?<keep>(?<![\w/])[\w.-]{1,60}:)(?<value>[^\s@/:"'<>]{6,100})(?<tail>@[\w.-]{1,100}:\d{2,5}\b)/g,
  },
  {
    kind: CREDENTIAL,
    pattern: /(?<keep>[?&;](?:key|sig|signature|code|auth|sas|subscription-key|ticket)=)(?<value>[^\s&#"'<>]{16,})/gi,
    isSecret: random,
  },
  {
    kind: CREDENTIAL,
    pattern: /(?<keep>\bcookie: *)(?<value>[\w.-]+=[^;\s"']{6,}(?:;[ \t]*[\w-]+(?:=[^;"'\n]*)?)*)/gi,
  },
  // In quotes, so that it may hold spaces.
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>(?:${PASSWORD}|${KEY})\d?${IS}(?<quote>\\*["'\u0060]))(?<value>(?:(?!\k<quote>)[^\n]){4,400})(?=\k<quote>)`,
      'gi',
    ),
    isSecret: named,
  },
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>(?:${PASSWORD}|${KEY})\d?${IS}(?:${QUOTE})?)(?<value>[^\s"'\u0060,;&|<>)\]}\\][^\s"'\u0060,;&|<>)\]}]{3,})`,
      'gi',
    ),
    isSecret: named,
  },
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>--[\w-]{0,30}(?:${PASSWORD}|${KEY})[ \t]+["']?)(?<value>[^\s"'\u0060-][^\s"'\u0060]{3,})`,
      'gi',
    ),
    isSecret: ({ value, name }) => !isWord(value) && isValue(value, name),
  },
  {
    kind: CREDENTIAL,
    pattern: new RegExp(String.raw`(?<keep><(?:${PASSWORD}|${KEY})>)(?<value>[^<\n]{4,200})(?=<\/)`, 'gi'),
    isSecret: ({ value, name }) => isValue(value, `${name}"`),
  },
  {
    kind: CREDENTIAL,
    pattern:
      /(?<keep>\b(?:password|passphrase|passcode)\b[ \t|]+(?:(?:is|was)[ \t]+)?["'`]?)(?<value>[^\s"'`|]{6,100})/gi,
    isSecret: ({ value }) => !isStandIn(value) && !isStandIn(value.replace(/-.*$/, '')) && hasBoth(value),
  },
  {
    kind: CREDENTIAL,
    near: ' -',
    pattern:
      /(?<keep>(?<![\w-])(?:curl|http|wget)(?![\w-])[^\n]{0,200}?[ \t](?:-u|--user|--proxy-user)[ =]?["']?(?!https?:)[^\s:"'@/]{1,64}:)(?<value>[^\s"'@]{4,100})/g,
    isSecret: ({ value }) => !isStandIn(value),
  },
  {
    kind: CREDENTIAL,
    near: '-p',
    pattern: /(?<keep>\b(?:mysql\w*|mariadb\w*|sshpass)\b[^\n]{0,100}?[ \t]-p["']?)(?<value>[^\s"']{4,100})/g,
    isSecret: ({ value }) => hasBoth(value),
  },
  // A variable of a program that nobody here knows.
  {
    kind: CREDENTIAL,
    pattern: new RegExp(
      String.raw`(?<keep>(?<![A-Za-z0-9])[A-Z][A-Z0-9_]{0,60}_?(?:KEY|SALT|PASS|PW|AUTH|DSN)${IS}(?:${QUOTE})?)(?<value>[\w.~+/=-]{16,})`,
      'g',
    ),
    isSecret: random,
  },
  { kind: CREDENTIAL, pattern: /(?<keep>\bprivate[ _-]?key\W{1,4}(?:(?:is|was) )?)(?:0x)?[0-9a-f]{64}\b/gi },
  { kind: CREDENTIAL, pattern: /(?<keep>\bsignature["']?\s{0,3}[=:]\s{0,3}["']?)[0-9a-f]{40,}/gi },
  {
    kind: 'e-mail address',
    near: '@',
    pattern:
      /(?<![\p{L}\p{N}._%+-])(?!git@)[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  },
];

/** What every pasted credential has beside it. */
export const MAYBE_PASTED =
  /[:=@]|["'\u0060][ \t]{0,4},|<\/|bearer\s|basic\s|pass(?:word|phrase|code)|private|(?:^|\s)-[a-z-]/im;
