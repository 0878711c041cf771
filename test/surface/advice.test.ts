import { describe, expect, it } from 'vitest';
import { explain } from '../../src/surface/index.ts';

type Stage = Parameters<typeof explain>[0]['stage'];
const failure = (stage: Stage, tail: string, code = `${stage}_failed`) => ({ stage, code, tail, why: 'It failed.' });
const server = (env: Record<string, string> = {}) => ({ env });

describe('why a server could not be looked at', () => {
  it.each<[Stage, string, string]>([
    ['install', '/bin/sh: 1: pnpm: not found', 'Install pnpm'],
    [
      'install',
      'npm error `npm ci` can only install when both files are in sync.\nnpm error\nnpm error Usage:',
      'lock file',
    ],
    ['install', 'npm error Missing: a@1 from lock file\nnpm error\nnpm error Usage:\nnpm error npm ci', 'lock file'],
    ['install', 'error: No interpreter found for Python 3.14 in search path', 'Install version 3.14'],
    ['build', 'go: go.mod requires go >= 1.30 (running go 1.26; GOTOOLCHAIN=local)', 'Install version 1.30'],
    ['build', 'FetchError: getaddrinfo EAI_AGAIN fonts.example', 'fetch what it needs in `install`'],
    ['start', 'Error: getaddrinfo ENOTFOUND api.costs.example', '`api.costs.example` under `server.stubs.hosts`'],
    ['start', 'dial tcp: lookup api.costs.example: no such host', '`api.costs.example` under'],
    ['start', "HTTPSConnectionPool(host='api.costs.example', port=443): Max retries", '`api.costs.example` under'],
    ['start', 'error sending request for url (https://api.costs.example/v1)', '`api.costs.example` under'],
    ['start', 'Error: COSTS_API_KEY is not set.', 'stand-in for `COSTS_API_KEY`'],
    ['start', "KeyError: 'COSTS_API_KEY'", 'stand-in for `COSTS_API_KEY`'],
    ['start', 'Server is running on http://0.0.0.0:8080/mcp', '`http://127.0.0.1:8080/mcp`'],
    ['start', 'Usage: costs <folder>', '`server.args`'],
    ['start', "Error: Cannot find module '/srv/tree/dist/index.js'", '`server.build`'],
  ])('%s: %s', (stage, tail, advice) => {
    const said = explain(failure(stage, tail), server());
    expect(said).toMatch(/^It failed\. It said: /);
    expect(said).toContain(advice);
  });

  it('is told by the line that tells it, not by the last one', () => {
    const tail = 'loading\nCOSTS_API_KEY is required\n    at main (index.js:3)\n    at run (index.js:9)';
    expect(explain(failure('start', tail), server())).toContain('It said: COSTS_API_KEY is required Give it');
  });

  it('is told by the last line that speaks of what went wrong, where nothing is known of it', () => {
    const tail = 'fatal error: it is broken\nA complete log of this run can be found in: /x';
    expect(explain(failure('build', tail), server())).toContain('It said: fatal error: it is broken Look at');
  });

  it('does not ask for what is given already', () => {
    const said = explain(failure('start', 'COSTS_API_KEY must be a UUID'), server({ COSTS_API_KEY: 'dummy' }));
    expect(said).not.toContain('stand-in');
    expect(said).toContain('Look at `server.command`');
  });

  it('names the way out where nothing was printed', () => {
    expect(explain(failure('start', '', 'silent'), server())).toBe(
      'It failed. If it waits for its service, let `server.stubs` answer in its place; if it speaks HTTP, set `server.url`.',
    );
  });
});
