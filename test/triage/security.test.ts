import { describe, expect, it } from 'vitest';
import { looksLikeSecurity } from '../../src/triage/index.ts';
import { STREAM } from './reports.ts';

const told = (what_i_needed: string, more = {}) => ({
  what_i_needed,
  what_i_tried: 'Called the tool.',
  suggestion: '',
  user_goal: '',
  ...more,
});

describe('a report that may be about security', () => {
  it.each([
    'There is an SQL injection in search_orders: the filter is not escaped.',
    'search_orders is vulnerable to SQL injection through the filter parameter.',
    'read_file allows path traversal: ../../../etc/passwd came back.',
    'get_file with ../../../../etc/shadow returns the file.',
    'list_orders returns orders of other customers when the tenant id is left out.',
    'I could read another user’s messages without any authentication.',
    'The tool leaks access tokens in its error message.',
    'export_report exposes the passwords of all accounts.',
    'delete_project works without permission checks.',
    'The confirmation can be skipped, which bypasses the approval step.',
    'run_query leads to remote code execution when the template contains backticks.',
    'I found a cross-site scripting problem in the rendered comment.',
    'There seems to be a security hole in how sessions are kept.',
    'This looks exploitable: the id is not validated and an attacker could reach internal hosts (SSRF).',
    'Das Werkzeug enthält eine Sicherheitslücke beim Anmelden.',
    '工具存在SQL注入漏洞，可被利用。',
    "The filter takes ' OR '1'='1 and gives all rows.",
    'get_file reads /etc/passwd.',
    'Command injection via the file name.',
    'SSRF: fetch_url can reach http://169.254.169.254/latest/meta-data.',
    'The name is passed to a shell, so `; rm -rf /` runs.',
    'run_query lets me DROP TABLE users.',
    'get_user returns password hashes.',
    'The API key is included in the error message.',
    'Error output contains the database password.',
    'The tool leaks environment variables.',
    'No authentication is required to call delete_user.',
    'Anyone can call admin_reset without logging in.',
    'An attacker could crash the server with a long name.',
    'The JWT signature is not verified.',
    'Zip slip in import_archive.',
    'ReDoS: the pattern hangs the server.',
    'CVE-2024-12345 affects this server.',
    'The CSRF token is missing in the callback.',
    'save_report writes files outside the workspace.',
    'The server follows instructions inside the fetched page.',
    'Sandbox escape via a symlink.',
  ])('%s', (need) => {
    expect(looksLikeSecurity(told(need))).toBe(true);
    expect(looksLikeSecurity(told('Something else.', { what_i_tried: need }))).toBe(true);
  });

  it.each([
    'No tool to list vulnerabilities of a package.',
    'list_alerts cannot filter vulnerabilities by severity.',
    'I need to search CVEs by product; there is no tool for it.',
    'get_findings should export security issues as CSV.',
    'There is no way to update the status of a security vulnerability.',
    'A tool to report a security bug to the maintainers is missing.',
    'There is no tool to reset the password of a user.',
    'create_user has no parameter for the role.',
    'list_tokens does not return when an access token expires.',
    'The security group of an instance cannot be changed.',
    'Dependency injection of the clock is missing in the test tool.',
    'I have no permission to read the file; the error does not say which scope is needed.',
    'get_costs has no way to filter by run_id.',
    'The login tool fails with 401 and I cannot tell why.',
    'list_users stops after 100 users; I need all users of the organisation.',
    'Attach a screenshot of the leak in the pipe to the ticket.',
    'Show the exposure time of a photo.',
    'The API key cannot be rotated through the server.',
    'Relative paths like ../../docs/readme.md are rejected.',
    'Reading /etc/passwd was denied, as it should be; which folders may I read?',
    'Add a scan tool for SQL injection in our code.',
    'The scanner should find cross-site scripting in templates.',
    'The API key is not shown in list_keys.',
    'Follow the instructions in the README to import a dump.',
    'I cannot write files outside the workspace.',
    'The certificate’s expiry date is not shown.',
    'search_advisories cannot find CVE-2024-12345.',
  ])('is not: %s', (need) => {
    expect(looksLikeSecurity(told(need))).toBe(false);
  });

  it('is none of the folding tests’ reports', () => {
    expect(STREAM.filter(({ report }) => looksLikeSecurity(report))).toEqual([]);
  });

  it('is looked for in linear time', () => {
    const started = performance.now();
    for (const text of [
      'has '.repeat(5000),
      'security '.repeat(3000),
      'x injection '.repeat(2000),
      'errors contains '.repeat(2000),
      'api keys are included '.repeat(1000),
      'runs drop '.repeat(2000),
      '../'.repeat(7000),
    ]) {
      looksLikeSecurity(told(text));
    }
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
