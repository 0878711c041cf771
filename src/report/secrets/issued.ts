/** A shape that secrets have. The groups `keep` and `tail` stand around the secret and stay. */
export interface Rule {
  kind: string;
  pattern: RegExp;
  /** Stands in every text that has one: cheaper to look for. */
  near?: string;
  /** Looks again at what the pattern found: `value` is its group of that name, `name` what it is said to be. */
  isSecret?(found: { value: string; name: string }): boolean;
}

const rule = (kind: string, pattern: RegExp, near?: string): Rule => ({ kind, pattern, ...(near ? { near } : {}) });

/**
 * The secrets that can be told by their format alone: prefix and alphabet as their issuers document them. Lengths are a little
 * shorter than documented, because a secret that was cut by two characters is still one to guess.
 *
 * A pattern that fails only at the end of a long run begins where the run begins, so that hostile texts cost linear time.
 */
export const ISSUED: readonly Rule[] = [
  rule(
    'private key',
    /-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}[\s\S]*?(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|$)/g,
  ),
  // DER in base64: a sequence that begins with version 0, which no certificate does.
  rule('private key', /(?<![\w/+])MII[A-Za-z0-9+/]{3}IBA[ADQ][A-Za-z0-9+/=\s]{40,}/g),
  rule('private key', /(?<=\bPrivate-Lines: \d{1,3}\n)[A-Za-z0-9+/=\n]{20,}/g, 'Private-Lines: '),
  rule('private key', /\bAGE-SECRET-KEY-1[A-Z0-9]{30,}/g, 'AGE-'),
  rule('GitHub token', /gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}/g),
  rule('GitHub token', /(?<![A-Za-z0-9])gh[pousr]_(?:[A-Za-z0-9]{20,}|\d+_[\w.-]{30,})/g),
  rule(
    'GitLab token',
    /(?<![A-Za-z0-9])(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|oas|ffct|wt)-[\w.-]{20,}|GR1348941[\w-]{20,})/g,
  ),
  rule('Patchwork key', /(?<![\w-])pw_[\w-]+\.[\w-]+\.[\w-]+/g),
  rule('Anthropic key', /(?<![A-Za-z0-9])sk-ant-[\w-]{16,}/g),
  rule('OpenAI key', /(?<![A-Za-z0-9-])sk-(?:(?:proj|svcacct|admin|or-v1)-[\w-]{20,}|[A-Za-z0-9]{20,})/g),
  rule(
    'model key',
    /(?<![A-Za-z0-9])(?:gsk_|xai-|r8_|pplx-|fw_|csk-|hf_|tvly-|jina_|nvapi-)(?:dev-|prod-)?[A-Za-z0-9_]{24,}/g,
  ),
  rule('LangSmith key', /(?<![A-Za-z0-9])lsv2_(?:pt|sk)_[0-9a-f]{20,}_?[0-9a-f]*/g),
  rule('Stripe key', /(?<![A-Za-z0-9])(?:(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})/g),
  rule('Stripe key', /(?<![A-Za-z0-9])[srp]k_(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{20,}/g),
  rule(
    'AWS secret',
    /(?<keep>(?<![A-Za-z0-9])A(?:KI|SI)A[A-Z0-9]{16}[^A-Za-z0-9]{1,10}(?:[A-Za-z_]{2,30}[^A-Za-z0-9]{1,10}){0,3})[A-Za-z0-9/+]{40}(?![\w/+])/g,
  ),
  rule('AWS key', /(?<![A-Za-z0-9])A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Za-z0-9])/g),
  rule(
    'AWS secret',
    /(?<keep>(?:aws_?|\b)secret(?:_?access)?_?key\b\\?["']?(?:\s*[:=]\s*\\?["']?|\s+))[A-Za-z0-9/+=]{30,}/gi,
  ),
  rule('Azure secret', /(?<![\w~])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~])/g, 'Q~'),
  rule('Azure secret', /(?<keep>\b(?:Account|SharedAccess)Key=)[A-Za-z0-9+/]{30,}={0,2}/gi),
  rule('Google key', /(?<![A-Za-z0-9])(?:AIza[\w-]{30,}|GOCSPX-[\w-]{20,})/g),
  rule('Google token', /(?<![\w/])(?:ya29\.[\w-]{20,}|1\/\/0[\w-]{25,})|:APA91b[\w-]{60,}/g),
  rule('Slack token', /(?<![A-Za-z0-9])(?:xox[abdeoprs](?:\.xox[a-z])?-[\w%-]{10,}|xapp-\d-[\w-]{10,})/g),
  rule('Slack webhook', /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]+/g),
  rule('Discord webhook', /(?<keep>\bdiscord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/)\d+\/[\w-]{20,}/g, 'discord'),
  rule('Discord token', /(?<![\w.-])(?:[MNO][DTjz]\w\w){4,7}\w{0,3}\.[\w-]{6}\.[\w-]{27,}/g),
  rule('Teams webhook', /(?<keep>\bwebhook\.office\.com\/)[\w@/-]{30,}/g, 'webhook.office'),
  rule('Telegram token', /(?<!\d)\d{8,10}:AA[\w-]{30,}/g),
  rule('npm token', /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g),
  rule('PyPI token', /(?<![A-Za-z0-9])pypi-(?:AgE[\w-]{10,}|[\w-]{50,})/g),
  rule(
    'package registry token',
    /(?<![A-Za-z0-9])(?:rubygems_[0-9a-f]{40,}|cio[A-Za-z0-9]{32}|oy2[a-z0-9]{43}|dckr_[a-z]{3}_[\w-]{20,})/g,
  ),
  rule('SendGrid key', /(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}/g),
  rule(
    'mail key',
    /(?<![A-Za-z0-9])(?:key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|xkeysib-[0-9a-f]{40,}-\w+|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,})(?![A-Za-z0-9])/g,
  ),
  rule('Twilio key', /(?<![A-Za-z0-9])(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])/g),
  rule('DigitalOcean token', /(?<![A-Za-z0-9])do[opr]_v1_[0-9a-f]{40,}/g),
  rule(
    'cloud token',
    /(?<![A-Za-z0-9])(?:HRKU-[\w-]{30,}|fm[12][ar]?_[\w/+=-]{30,}|nfp_\w{30,}|vc[pkiar]_\w{20,}|v1\.0-[0-9a-f]{20,}-[0-9a-f]{80,}|pul-[0-9a-f]{40}|dapi[0-9a-f]{32}(?:-\d)?)/g,
  ),
  rule(
    'vault token',
    /(?<![A-Za-z0-9])(?:hv[sbr]\.[\w-]{20,}|[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,}|dp\.(?:st|pt|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{30,}|ops_eyJ[\w-]{40,})/g,
  ),
  rule(
    'database token',
    /(?<![A-Za-z0-9])(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,}|pscale_(?:tkn|pw|oauth)_[\w.-]{20,}|napi_[a-z0-9]{40,})/gi,
  ),
  rule(
    'monitoring key',
    /(?<![A-Za-z0-9])(?:NRAK-[A-Z0-9]{20,}|sntry[us]_[\w=/+-]{40,}|gl(?:c|sa)_[\w=+/]{30,}|dt0[a-z]\d\d\.[A-Z0-9]{20,}\.[A-Z0-9]{40,}|phx_\w{30,})/g,
  ),
  rule(
    'build token',
    /(?<![A-Za-z0-9])(?:bk[a-z]{2}_[0-9a-f]{32,}|CCI(?:PAT|PRJ)_\w{20,}|sgp_[0-9a-f_]{40,}|AT[AC]TT3[\w=-]{40,}|ATBB[A-Za-z0-9]{24,})/g,
  ),
  rule(
    'shop token',
    /(?<![A-Za-z0-9])(?:shp(?:at|ca|pa|ss)_[0-9a-f]{30,}|sq0(?:atp|csp|idp)-[\w-]{20,}|EAAA[\w-]{58,}|EZ[AT]K[A-Za-z0-9]{50,})/g,
  ),
  rule(
    'API key',
    /(?<![A-Za-z0-9])(?:PMAK-[0-9a-f]{20,}-[0-9a-f]{20,}|fig[dour]_[\w-]{30,}|pat[A-Za-z0-9]{14}\.[0-9a-f]{40,}|[012]\/\d{10,}(?:\/\d+)?:[0-9a-f]{32}|tfp_[\w-]{30,}|rdme_[a-z0-9]{40,}|CFPAT-[\w-]{30,})/g,
  ),
  rule('Linear key', /(?<![A-Za-z0-9])lin_(?:api|oauth)_[A-Za-z0-9]{30,}/g),
  rule('Notion token', /(?<![A-Za-z0-9])(?:ntn|secret)_[A-Za-z0-9]{40,}/g),
  rule('JSON Web Token', /(?<![A-Za-z0-9])eyJ[\w-]{8,1000}\.[\w-]{8,10000}\.[\w-]*(?:\.[\w-]+){0,2}/g),
  rule('signature', /(?<keep>\bX-(?:Amz|Goog)-(?:Signature|Security-Token|Credential)=)[\w%/+=-]{16,}/gi),
];

/** What every issued secret has, and most texts have not: a long run without a space. The shortest is a Slack token. */
export const MAYBE_ISSUED = /[\w./%+-]{15}|- ?BEGIN|Private-Lines/;
