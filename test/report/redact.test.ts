import { describe, expect, it } from 'vitest';
import { readReport, redact, redactReport, secretsIn } from '../../src/report/index.ts';

// Put together at run time, so that this file holds nothing that looks like a secret.
const join = (...parts: string[]) => parts.join('');
const secrets: [kind: string, text: string, secret: string][] = [
  ['GitHub', '', join('gh', 'p_', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8')],
  ['GitHub', '', join('github', '_pat_', '11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789')],
  ['Anthropic', '', join('sk', '-ant-', 'api03-AbCdEfGhIjKlMnOpQrSt')],
  ['OpenAI', '', join('sk', '-proj-', 'AbCdEfGhIjKlMnOpQrStUvWx')],
  ['AWS', '', join('AK', 'IA', 'ABCDEFGHIJKLMNOP')],
  ['Slack', '', join('xox', 'b-', '123456789012-abcdefghij')],
  ['JSON Web Token', '', join('ey', 'JhbGciOiJIUzI1NiJ9', '.', 'eyJzdWIiOiIxMjM0In0', '.', 'c2lnbmF0dXJl')],
  ['credential', 'Authorization: Bearer ', 'abcdef1234567890abcdef'],
  ['credential', 'postgres://user:', 'hunter2hunter2'],
  ['credential', 'password=', 'S3cr3t!pass'],
  ['e-mail', 'write to ', 'jane.doe@example.com'],
];

describe('secrets in a report', () => {
  it.each(secrets)('%s after “%s” is taken out and counted', (_kind, before, secret) => {
    const text = `It answered 401 for ${before}${secret}@db, so I stopped.`;
    const { text: safe, secrets: count } = redact(text);
    expect(safe).not.toContain(secret);
    expect(safe).toContain('[redacted');
    expect(count).toBeGreaterThan(0);
    expect(safe).toContain('so I stopped');
  });

  it('are taken out of a private key, even one that was cut', () => {
    const begin = join('-----BEGIN ', 'RSA PRIVATE KEY', '-----');
    expect(redact(`${begin}\nMIIEow\nabc`).text).toBe('[redacted private key]');
  });

  it('never reach the report, whatever field they are in', () => {
    const secret = (secrets[0] as [string, string, string])[2];
    const { report } = readReport(
      {
        server_name: secret,
        what_i_needed: secret,
        what_i_tried: secret,
        gap_type: secret,
        suggestion: secret,
        agent_model: secret,
        session_id: secret,
      },
      { now: new Date() },
    );
    expect(JSON.stringify(report)).not.toContain(secret);
    expect(report.remarks.join()).toContain('redacted');
  });

  it('of issuers that only the rule set knows are taken out, too', async () => {
    const secret = join('dp', '.st.dev.', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0');
    const more = join('mongodb+srv', '://user:', 'p4ssw0rd', '@cluster0.example.mongodb.net/db');
    const read = readReport(
      { server_name: 's', what_i_needed: `see ${secret} x`, what_i_tried: `connect ${more}`, gap_type: 'other' },
      { now: new Date() },
    );
    const report = await redactReport(read.report);
    expect(JSON.stringify(report)).not.toMatch(/p4ssw0rd/);
    expect(report.what_i_needed).toMatch(/^see .* x$/);
    const plain = readReport(
      { server_name: 's', what_i_needed: 'a plain need', what_i_tried: 'b', gap_type: 'other' },
      { now: new Date() },
    );
    expect(await redactReport(plain.report)).toEqual(plain.report);
  });

  it('are looked for without leaving anything behind in the process', async () => {
    const body = {
      server_name: 's',
      what_i_needed: 'see https://example.com/a/long/path',
      what_i_tried: 'b',
      gap_type: 'other',
    };
    for (let i = 0; i < 10; i++) await redactReport(readReport(body, { now: new Date() }).report);
    expect(performance.getEntries().filter(({ name }) => name.includes('secretlint'))).toEqual([]);
  });

  it('are not seen in ordinary sentences and code', () => {
    const plain =
      'The token parameter of list_runs and the password field are missing; see commit 1a2b3c4d and run r-0413.';
    expect(redact(plain)).toEqual({ text: plain, secrets: 0 });
    expect(secretsIn('const token = process.env.API_TOKEN_NAME; const password = readPassword();')).toEqual([]);
  });
});
