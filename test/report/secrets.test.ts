import { describe, expect, it } from 'vitest';
import { readReport, redactReport } from '../../src/report/index.ts';

// Every secret is made here from a prefix and these, so that this file holds nothing that looks like one.
const mixed = 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y5z6a7b8c9d0';
const hex = '0123456789abcdef'.repeat(4);
const word = 'hunter2hunter2';
const m = (length: number) => mixed.repeat(3).slice(0, length);
const h = (length: number) => hex.repeat(3).slice(0, length);
const github = `ghp_${m(36)}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const pem = (kind: string, text: string) => `-----BEGIN ${kind}-----${text}-----END ${kind}-----`;

/** What comes before a secret, the secret, and what comes after it. */
const SECRETS: [before: string, secret: string, after?: string][] = [
  ...[
    github,
    `gho_${m(36)}`,
    `github_pat_${m(22)}_${m(59)}`,
    `glpat-${m(20)}`,
    `glsoat-${m(20)}`,
    `GR1348941${m(20)}`,
    `npm_${m(36)}`,
    `pypi-AgEIcHlwaS5vcmc${m(60)}`,
    `rubygems_${h(48)}`,
    `dckr_pat_${m(27)}`,
    `xoxb-1234567890-1234567890123-${m(24)}`,
    `xoxe.xoxp-1-${m(60)}`,
    `xapp-1-A0123456789-1234567890123-${h(64)}`,
    `sk_live_${m(24)}`,
    `rk_test_${m(24)}`,
    `whsec_${m(10)}/+${m(18)}=`,
    `sk-${m(48)}`,
    `sk-proj-${m(30)}_${m(20)}-x`,
    `sk-ant-api03-${m(60)}-AA`,
    `sk-or-v1-${h(64)}`,
    `gsk_${m(52)}`,
    `r8_${m(37)}`,
    `hf_${m(34)}`,
    `AKIA${'ABCDEFGH01234567'}`,
    `AIzaSy${m(33)}`,
    `GOCSPX-${m(28)}`,
    `ya29.${m(60)}`,
    `1//0${m(60)}`,
    `abc8Q~${m(34)}`,
    `SG.${m(22)}.${m(43)}`,
    `key-${h(32)}`,
    `${h(32)}-us12`,
    `SK${h(32)}`,
    `dop_v1_${h(64)}`,
    `hvs.${m(90)}`,
    `${m(14)}.atlasv1.${m(60)}`,
    `dapi${h(32)}`,
    `shpat_${h(32)}`,
    `NRAK-${'ABCDEFGHIJKLMNOPQRSTUVWXYZ1'}`,
    `sntrys_eyJ${m(60)}_${m(43)}`,
    `glsa_${m(32)}_${h(8)}`,
    `PMAK-${h(24)}-${h(34)}`,
    `figd_${m(40)}`,
    `pat${m(14)}.${h(64)}`,
    `ATATT3xFfGF0${m(100)}=12345678`,
    `sbp_${h(40)}`,
    `pscale_tkn_${m(43)}`,
    `fm2_lJPECAAAAAAA${m(60)}`,
    `CCIPAT_${m(22)}_${h(40)}`,
    `xkeysib-${h(64)}-${m(16)}`,
    `re_${m(8)}_${m(24)}`,
    `lin_api_${m(40)}`,
    `ntn_${m(46)}`,
    `${'MTIzNDU2Nzg5MDEyMzQ1Njc4'}.GabcdE.${m(38)}`,
    `123456789:AA${m(33)}`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${m(43)}`,
    `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2)}`,
    pem('RSA PRIVATE KEY', ` ${m(60)} `),
    pem('EC PRIVATE KEY', `\\n${m(60)}\\n`),
    `MIIEpAIBAAKCAQEA${m(120)}`,
  ].map((secret): [string, string] => ['', secret]),
  // Around them, or half of them.
  ['x_', github],
  ['token%3D', github],
  ['{"', github, '": 1}'],
  ['https://hooks.slack.com/services/T00000000/B00000000/', m(24)],
  ['https://discord.com/api/webhooks/123456789012345678/', m(60)],
  [`AKIA${'ABCDEFGHIJKLMNOP'} / `, m(40)],
  ['aws configure set aws_secret_access_key ', m(40)],
  ['{"SecretAccessKey":"', m(40), '"}'],
  ['AWS_SESSION_TOKEN=', m(100)],
  ['AccountName=x;AccountKey=', `${m(86)}==`],
  ['https://x.blob.core.windows.net/c?sv=2020-08-04&sig=', `${m(40)}%3D`],
  ['https://s3.example.org/f?X-Amz-Signature=', h(64)],
  ['https://api.example.org/?key=', m(24)],
  ['https://api.example.org/?api_key=', m(24), '&x=1'],
  ['//npm.example.org/:_authToken=', '12345678-1234-1234-1234-123456789abc'],
  ['Authorization: Basic ', base64(`user:${word}`)],
  ['sent Basic ', base64(`user:${word}`), ' in a header'],
  ['"auth": "', base64(`user:${word}`), '"'],
  ['Authorization: Bearer ', 'abc12'],
  ['Authorization: ApiKey ', m(30)],
  ['Authorization: Token token=', m(30)],
  ['["Authorization", "Bearer ', 'abcdef1234567890', '"]'],
  ['Authorization: Digest username="bob", response=', `"${h(32)}"`],
  ['X-Api-Key: ', m(24)],
  ['Cookie: a=bcdefgh; csrf=', m(24)],
  ['curl -u admin:', word, ' https://example.org'],
  ['mysql -u root -p', word],
  ['psql --password ', word],
  ['PGPASSWORD=', word],
  ['DB_PASSWORD=', word],
  ['TWILIO_AUTH_TOKEN=', h(32)],
  ['DD_API_KEY=', h(32)],
  ['{"dbPassword":"', word, '"}'],
  ['{\\"password\\":\\"', word, '\\"}'],
  ['"password": "', 'my secret pass 123', '"'],
  ["{'password': '", word, "'}"],
  ['Password=', word, ';Encrypt=True'],
  ['password: ', 'correcthorsebattery'],
  ['password=', 'hunter2'],
  ['the password is ', word],
  ['login bob password ', word],
  ['<password>', word, '</password>'],
  ['token := "', m(32), '"'],
  ["define('AUTH_KEY', '", m(60), "')"],
  ['postgres://user:', 'p@ssw0rd99', '@db/x'],
  ['postgres://user:', 'pa/ssw0rd99', '@db/x'],
  ['https://', m(40), '@git.example.org/x.git'],
  ['jdbc:oracle:thin:scott/', 'tiger12345', '@//host:1521/s'],
  ['', 'jäne@exämple.org'],
  // Disguised.
  ['', base64(github)],
  ['', Buffer.from(github).toString('hex')],
  ['', base64(`Authorization: Bearer ${github}`)],
  ['client-key-data: ', base64(pem('PRIVATE KEY', `\n${m(60)}\n`))],
  ['', github.replace('_', '%5F')],
  ['', github.replace('_', '&#95;')],
  ['', `${github.slice(0, 14)}\u{200B}${github.slice(14)}`],
  ['', `${github.slice(0, 14)}\u{301}${github.slice(14)}`],
  ['', `${github.slice(0, 14)}\n${github.slice(14)}`],
  ['', `${github.slice(0, 14)} ${github.slice(14)}`],
  ['', `"${github.slice(0, 14)}" + "${github.slice(14)}"`],
  ['', Array.from(github, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).join('')],
];

/** Hashes, names, numbers, placeholders and what people say of secrets. */
const ORDINARY = [
  'commit 0123456789abcdef0123456789abcdef01234567 broke it',
  `image@sha256:${hex} and sha512-${m(60)}${m(26)}==`,
  'run 550e8400-e29b-41d4-a716-446655440000 and 01JD4T7Q9ZK3V5X8Y2B6N0M1RS',
  'version 1.2.3-beta.4+build.5678 of @scope/pkg@1.2.3 and lodash@4.17.21',
  'next_page_token: "eyJvZmZzZXQiOjUwfQ==", nextPageToken=CAUQAA3x9z8y7w, cursor=eyJpZCI6MTIzNDU2fQ',
  'max_tokens: 4096, total_tokens: 1234567890, token_count=1234567, tokenizer: cl100k_base',
  'token: string, required; "password": "string"; "token": {"type": "string"}; password: write-only',
  'Password: Should be at least 8 characters; password: 8-64 characters; the password is wrong',
  '"token": "The token of the next page", password: "The password of the user"',
  'token = getToken(); token = process.env.API_TOKEN; const token = config.token; password=user_password',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
  'password=${DB_PASSWORD} token=$GITHUB_TOKEN token=*** api_key="YOUR_API_KEY" api_key=xxxxxxxxxxxx',
  'Authorization: Bearer <token>; Authorization: the header is not forwarded; authorization: required',
  'bearer tokens are not accepted; Bearer authentication-required responses; Basic authentication is missing',
  "no_secret: 'PATCHWORK_SECRET is missing: it signs keys.' Header.Set('Authorization', 'Bearer '+to.key)",
  "paths: ['password', 'secrets.*'], CreateAccessKey, ListAccessKeys; password: /.+/i; token: 'YOUR-TOKEN'; key = privateKeyPkcs8",
  'send -u http://localhost:8080/logs; curl -u "$ACCOUNT:$AUTH_TOKEN"; const credential = identity.fromX509({});',
  'sort_key=created_at_desc primary_key: order_id_2024 idempotency_key: 01JD4T7Q9ZK3V5X8Y2B6N0M1RS',
  'get_customer_order_history_by_external_reference_id_v2 of CustomerOrderHistoryAggregationServiceFactoryBean2',
  'git@github.com:owner/repo.git, http://localhost:8080/path?email=x, postgres://db.internal:5432/app',
  'arn:aws:iam::123456789012:role/MyRole, s3://bucket/path/to/object-0001.parquet, 192.168.1.1:8080',
  'sk-toggleable-content-area-1-fitted, pk_orders_customer_id, npm_config_registry, hf_transformers_cache, SKU AC12345',
  'docker run -u 1000:1000 image; --token flag is missing; --password option; pwd=/srv/app1/data',
  'the password is base64 encoded; password is sha256-hashed; secret: my-app-credentials; secrets: inherit',
  'cus_NffrFeUfNV2Hib pi_3MtwBwLkdIwHu7ix28a3tqPa chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT toolu_01A09q90qw90lq917835lq9',
  'x-request-id: 7b2f9c3d4e5f6a7b8c9d0e1f2a3b4c5d, traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'cookie: the flag HttpOnly=true is not set; signature: (a: string, b: number) => void; auth: true',
  'access_token: missing_scope_error; refresh_token: not returned by get_session_v2; token: 24-hour expiry',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'ghp_ tokens are not accepted, nor such as ghp_xxxx; a1b2c3d4e5 f6a7b8c9d0; W3siaWQiOjEsIm5hbWUiOiJhIn0seyJpZCI6Mn1d',
  'Zażółć gęślą jaźń, naïve café, 你好，世界, नमस्ते, ½ ﬁ ①, a 👩‍💻, https://example.org/a%20b%2Fc?q=%5Bx%5D',
  `${'x'.repeat(60)} ${'A'.repeat(60)} ${'0'.repeat(64)} ${'='.repeat(40)} ${'abc-'.repeat(20)} ${'deadbeef'.repeat(8)}`,
];

async function taken(text: string) {
  const body = { server_name: 's', what_i_needed: text, what_i_tried: 'x', gap_type: 'other' };
  return redactReport(readReport(body, { now: new Date() }).report);
}

describe('what a report says', () => {
  it.each(SECRETS)('keeps no secret: %s%s', async (before, secret, after = '') => {
    const report = await taken(`it said ${before}${secret}${after}`);
    const plain = report.what_i_needed.normalize('NFKC').replace(/\p{M}/gu, '');
    // Neither the whole nor a half of it.
    expect(plain).not.toContain(secret.slice(0, Math.max(5, secret.length / 2)));
    expect(plain).not.toContain(secret.slice(-Math.max(5, secret.length / 2)));
    expect(plain).toMatch(/^it said .*\[redacted /s);
    expect(report.remarks.join()).toContain('redacted');
  });

  it.each(ORDINARY)('stays as it is where it holds none: %s', async (text) => {
    const report = await taken(text);
    expect(report.what_i_needed).not.toContain('[redacted');
    expect(report.remarks.join()).not.toContain('redacted');
  });

  it('keeps no half of a secret that a limit would cut', async () => {
    for (const fill of [2990, 19_985]) {
      const report = await taken(
        `${'\u{200B}'.repeat(fill > 3000 ? fill - 10 : 0)}${'ab '.repeat(fill > 3000 ? 3 : fill / 3)}${github}`,
      );
      expect(report.what_i_needed).not.toMatch(/ghp_\w{4}/);
    }
    const { report } = readReport(
      {
        what_i_needed: 'a',
        what_i_tried: 'b',
        gap_type: 'c',
        session_id: `${'x '.repeat(70)}${github}`,
        server_version: `${'1'.repeat(16)} ${github}`,
      },
      { now: new Date() },
    );
    expect(JSON.stringify(report)).not.toMatch(/ghp_\w{4}/);
  });

  it('is read in time that grows with its length only', async () => {
    const parts = [
      'a',
      '-',
      '.',
      ':',
      '"',
      "'",
      ' ',
      'a ',
      'a1b2 ',
      'a1b2\n',
      'é',
      '%41',
      '&#65;',
      'ghp_',
      'password=',
      'token="',
      'Authorization: ',
      'bearer ',
      'http://a:',
      'curl -u ',
      'AKIA',
      '-----BEGIN PRIVATE KEY-----',
      'cookie: a=bbbbbb; ',
      'eyJa.',
      'sha1',
      '_',
    ];
    for (const part of parts) {
      const text = part.repeat(20_000 / part.length);
      const start = performance.now();
      await taken(`x${text}`);
      expect(performance.now() - start, part).toBeLessThan(1500);
    }
  });
});
