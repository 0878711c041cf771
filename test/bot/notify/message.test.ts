import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../../src/bot/notify/index.ts';
import {
  EVENT_TYPES,
  type EventType,
  readRepositoryConfig,
  readTargets,
  targetsOf,
} from '../../../src/config/index.ts';
import type { GapEvent } from '../../../src/issues/index.ts';

const event = (more: Partial<GapEvent> = {}): GapEvent => ({
  type: 'gap.opened',
  key: 'gap.opened:12:x',
  repository: 'owner/name',
  at: '2026-11-20T10:00:00.000Z',
  issue: 12,
  url: 'https://github.com/owner/name/issues/12',
  title: '[missing tool] a way to list runs',
  server: 'cost-server',
  reports: 1,
  ...more,
});
const hostile =
  '<!channel> <@U123> @everyone @here <https://evil.example|click> https://evil.example [x](https://evil.example) ``` **bold** \n```/deploy';

describe('a message about a gap', () => {
  it('follows the Standard Webhooks specification: type, timestamp, data', () => {
    const { key: _key, type: _type, at: _at, ...data } = event({ severity: 'high', was: 'low' });
    expect(JSON.parse(renderMessage('standard', event({ severity: 'high', was: 'low' })))).toEqual({
      type: 'gap.opened',
      timestamp: '2026-11-20T10:00:00.000Z',
      data,
    });
  });

  it('holds an agent’s words in Slack only where Slack reads nothing into them', () => {
    const message = JSON.parse(renderMessage('slack', event({ title: hostile, server: hostile })));
    const [section, rich] = message.blocks;
    expect(section.text).toEqual({
      type: 'mrkdwn',
      verbatim: true,
      text: '<https://github.com/owner/name/issues/12|New gap #12 in owner/name>',
    });
    expect(message.text).toBe('New gap #12 in owner/name');
    expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
    expect(rich.elements[0].type).toBe('rich_text_preformatted');
    expect(rich.elements[0].elements[0].text).not.toMatch(/:\/\/|@\S/);
  });

  it('mentions nobody in Discord, and cannot leave its code block', () => {
    const message = JSON.parse(renderMessage('discord', event({ title: hostile, server: 'a`b' })));
    expect(message).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 });
    const [head, , words, , ...rest] = message.content.split(/(\n```\n|\n```$)/);
    expect(head).toBe('[New gap #12 in owner/name](<https://github.com/owner/name/issues/12>)');
    expect(words).not.toMatch(/`|:\/\/|@\S|\n/);
    expect(rest).toEqual(['']);
    expect(message.content.length).toBeLessThan(2000);
  });

  it.each<[EventType, string]>([
    ['gap.opened', 'New gap #12 in owner/name'],
    ['gap.escalated', 'Severity high (was low): gap #12 in owner/name, 7 reports'],
    ['gap.regressed', 'Back again in 1.4.0: gap #12 in owner/name'],
    ['gap.shipped', 'Shipped in 1.4.0: gap #12 in owner/name'],
    ['draft.opened', 'Draft #34 is ready for review: gap #12 in owner/name'],
    ['draft.verified', 'Draft #34 is verified and ready for review: gap #12 in owner/name'],
    ['draft.failed', 'The draft failed (model timeout): gap #12 in owner/name'],
  ])('says in every chat what happened: %s', (type, headline) => {
    const pull = { number: 34, url: 'https://github.com/owner/name/pull/34' };
    const told = event({
      type,
      pull,
      severity: 'high',
      was: 'low',
      version: '1.4.0',
      reason: 'model_timeout',
      reports: 7,
    });
    expect(JSON.parse(renderMessage('slack', told)).text).toBe(headline);
    expect(JSON.parse(renderMessage('discord', told)).content).toContain(`[${headline}](<${pull.url}>)`);
  });

  it('says a version only where it is one', () => {
    const told = event({ type: 'gap.regressed', version: '@everyone https://evil.example' });
    expect(JSON.parse(renderMessage('slack', told)).text).toBe('Back again: gap #12 in owner/name');
  });
});

describe('who is told', () => {
  it('is read from the environment, with the format that the address implies', () => {
    const targets = readTargets(
      'ops=https://example.com/hook#gap.opened,draft.failed https://hooks.slack.com/services/T/B/x\n slack+https://chat.example.com/hooks/y https://discord.com/api/webhooks/1/z',
    );
    expect(targets.map(({ name, format, events }) => [name, format, events.length])).toEqual([
      ['ops', 'standard', 2],
      ['hooks.slack.com', 'slack', EVENT_TYPES.length],
      ['chat.example.com', 'slack', EVENT_TYPES.length],
      ['discord.com', 'discord', EVENT_TYPES.length],
    ]);
    expect(() => readTargets('ftp://example.com')).toThrow('target 1 is not');
    expect(() => readTargets('https://example.com#gap.closed')).toThrow('does not exist');
    expect(() => readTargets('https://example.com/a https://example.com/b')).toThrow('two targets of one name');
  });

  it('may be narrowed and added to by the repository', () => {
    const { config, problem } = readRepositoryConfig(
      'notify:\n  - to: ops\n    events: [gap.opened]\n  - url: https://hooks.example.org/gaps\n    events: [draft.verified]\n',
    );
    expect(problem).toBeUndefined();
    const [ops, own] = targetsOf(readTargets('ops=https://example.com/hook#gap.opened,gap.shipped'), config.notify);
    expect(ops?.events).toEqual(['gap.opened']);
    expect(own).toEqual({
      name: 'hooks.example.org/gaps',
      url: 'https://hooks.example.org/gaps',
      format: 'standard',
      events: ['draft.verified'],
      by: 'repository',
    });
  });

  it.each([
    ['http://example.com/hook', 'https'],
    ['https://127.0.0.1/hook', 'public host'],
    ['https://[::1]/hook', 'public host'],
    ['https://localhost/hook', 'public host'],
    ['https://printer.local/hook', 'public host'],
    ['https://intranet/hook', 'public host'],
    ['https://user:password@example.com/hook', 'secret'],
    ['https://example.com/hook?token=abc', 'secret'],
    ['https://hooks.slack.com/services/T/B/x', 'secret'],
    ['https://discord.com/api/webhooks/1/z', 'secret'],
  ])('is never chosen by the repository where the address is private or holds a secret: %s', (url, why) => {
    const { config, problem } = readRepositoryConfig(`notify:\n  - url: ${JSON.stringify(url)}\n`);
    expect(problem).toContain(why);
    expect(problem).not.toContain('token=abc');
    expect(config.notify).toEqual([]);
  });
});
