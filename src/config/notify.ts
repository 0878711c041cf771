import ipaddr from 'ipaddr.js';
import * as z from 'zod';

/** What people can be told of. Names as the Standard Webhooks specification recommends them. */
export const EVENT_TYPES = [
  'gap.opened',
  'gap.escalated',
  'gap.regressed',
  'gap.shipped',
  'draft.opened',
  'draft.verified',
  'draft.failed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const NOTICE_FORMATS = ['standard', 'slack', 'discord'] as const;
export type NoticeFormat = (typeof NOTICE_FORMATS)[number];

/** Who is told of what. */
export interface Target {
  /** For people: how logs and `doctor` call it. Never the address, which may be a secret. */
  name: string;
  url: string;
  format: NoticeFormat;
  events: readonly EventType[];
  /** Who named the address: only the operator's may lie in a private network. */
  by: 'operator' | 'repository';
}

const ENTRY =
  /^(?:(?<name>[\w.-]{1,40})=)?(?:(?<format>standard|slack|discord)\+)?(?<url>https?:\/\/[^\s#]+)(?:#(?<events>\S*))?$/;

/**
 * Reads PATCHWORK_NOTIFY: targets separated by blanks, each `[name=][format+]address[#event,event]`. The format follows from the
 * address of Slack and Discord, all events are meant where none is named. Throws an `Error` that says which one is wrong, by its place.
 */
export function readTargets(text: string): Target[] {
  const targets = text
    .split(/\s+/)
    .filter(Boolean)
    .map((entry, i): Target => {
      const groups = ENTRY.exec(entry)?.groups;
      if (!groups?.url || !URL.canParse(groups.url)) {
        throw new Error(`has to be [name=][format+]https://…[#events]; target ${i + 1} is not`);
      }
      const events = groups.events?.split(',').filter(Boolean) ?? [];
      const unknown = events.find((event) => !(EVENT_TYPES as readonly string[]).includes(event));
      if (unknown !== undefined) throw new Error(`names an event of target ${i + 1} that does not exist`);
      return {
        name: groups.name ?? new URL(groups.url).hostname,
        url: groups.url,
        format: (groups.format as NoticeFormat | undefined) ?? formatOf(groups.url),
        events: events.length ? (events as EventType[]) : EVENT_TYPES,
        by: 'operator',
      };
    });
  const twice = targets.find(({ name }, i) => targets.findIndex((other) => other.name === name) !== i);
  if (twice) throw new Error('has two targets of one name: give them names, name=https://…');
  return targets;
}

/** Reads PATCHWORK_NOTIFY_PRIVATE: addresses and networks (`10.0.0.0/8`), separated by commas or blanks. Throws an `Error`. */
export function readNetworks(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((network) => {
      if (ipaddr.isValidCIDR(network)) return network;
      if (ipaddr.isValid(network)) return `${network}/${ipaddr.parse(network).kind() === 'ipv4' ? 32 : 128}`;
      throw new Error('has to name addresses or networks, like 10.0.0.0/8');
    });
}

const HOOK_HOSTS: [NoticeFormat, RegExp][] = [
  ['slack', /^https:\/\/hooks\.slack(?:-gov)?\.com\//],
  ['discord', /^https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\//],
];

function formatOf(url: string): NoticeFormat {
  return HOOK_HOSTS.find(([, pattern]) => pattern.test(url))?.[0] ?? 'standard';
}

const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/i;

/** An address that may stand in a repository: public by its form, and without anything that could be a secret. */
const openAddress = z
  .url({ protocol: /^https$/, error: 'has to be an https address' })
  .max(500)
  .refine((address) => {
    const { hostname } = new URL(address);
    return /\.[a-z][a-z0-9-]*\.?$/i.test(hostname) && !PRIVATE_NAME.test(hostname.replace(/\.$/, ''));
  }, 'has to name a public host')
  .refine((address) => {
    const { username, password, search, hash } = new URL(address);
    return !username && !password && !search && !hash && formatOf(address) === 'standard';
  }, 'may hold no secret: name it in PATCHWORK_NOTIFY where the server runs, and write `to: <name>` here');

/** `notify` of patchwork.yml: addresses of its own, and which of its events the operator's targets hear of. */
export const notifySchema = z
  .array(
    z
      .strictObject({
        url: openAddress.optional(),
        /** A target of the operator, by its name. */
        to: z.string().max(40).optional(),
        events: z.array(z.enum(EVENT_TYPES)).optional(),
      })
      .refine(({ url, to }) => (url === undefined) !== (to === undefined), 'has either `url` or `to`'),
  )
  .max(10)
  .default([]);

/** Who is told of a repository's events. Its own file adds public addresses and narrows what the operator's targets hear. */
export function targetsOf(operator: readonly Target[], repository: z.infer<typeof notifySchema>): Target[] {
  const narrowed = new Map(repository.map(({ to, events }) => [to, events]));
  return [
    ...operator.map((target) => {
      const wanted: readonly EventType[] | undefined = narrowed.get(target.name);
      return wanted ? { ...target, events: target.events.filter((event) => wanted.includes(event)) } : target;
    }),
    ...repository.flatMap(({ url, events = EVENT_TYPES }): Target[] => {
      if (url === undefined) return [];
      const { hostname, pathname } = new URL(url);
      return [{ name: `${hostname}${pathname}`.slice(0, 80), url, format: 'standard', events, by: 'repository' }];
    }),
  ];
}
