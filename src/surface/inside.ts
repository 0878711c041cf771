import type { RequestListener } from 'node:http';
import type { Server } from 'node:net';

/**
 * Scripts of ours that run beside a server under test, inside its enclosure. They are handed over as text (a function's source), so
 * that they work from a bundle too: each is closed, uses nothing of this file and gets its modules from `getBuiltinModule`.
 */

export interface HttpRule {
  method: string;
  /** Path of the request: `*` stands for one segment, `**` for any number. */
  path: string;
  /** Parameters that must be there with this value. */
  query: Record<string, string>;
  /** Text that the body of the request must contain: what tells requests to one address apart. */
  containing?: string | undefined;
  status: number;
  headers: Record<string, string>;
  /** Sent as JSON; a string is sent as it is. */
  body: unknown;
}

export interface AttendOptions {
  rules?: HttpRule[] | undefined;
  rulePort: number;
  /** With what the rule server proves to be the hosts, where it also listens on their own ports, 80 and 443. */
  identity?: { key: string; cert: string } | undefined;
  relay?: { port: number; host: string } | undefined;
  socket: string;
  ready: string;
}

/** The rule server, and the way in to a server that speaks HTTP: a socket file that appears once that one listens. */
export function attend(options: AttendOptions): void {
  const { createServer } = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  const net = process.getBuiltinModule('node:net');
  const { writeFileSync } = process.getBuiltinModule('node:fs');

  const fits = (rule: HttpRule, method: string, url: URL, sent: string): boolean => {
    const pattern = rule.path
      .split(/(\*\*|\*)/)
      .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&')))
      .join('');
    return (
      (rule.method === '*' || rule.method === method) &&
      new RegExp(`^${pattern}$`).test(url.pathname) &&
      (rule.containing === undefined || sent.includes(rule.containing)) &&
      Object.entries(rule.query).every(([name, value]) => url.searchParams.get(name) === value)
    );
  };
  const { rules, identity, relay } = options;
  if (rules) {
    const answer: RequestListener = async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://stub.invalid');
      let sent = '';
      try {
        for await (const chunk of request.setEncoding('utf8')) if (sent.length < 1_000_000) sent += chunk;
      } catch {
        return;
      }
      const rule = rules.find((each) => fits(each, request.method ?? 'GET', url, sent));
      if (!rule) process.stderr.write(`no stub for ${request.method} ${url.pathname}${url.search}\n`);
      const body = rule ? rule.body : { error: 'no stub' };
      response.writeHead(rule?.status ?? 404, { 'content-type': 'application/json', ...rule?.headers });
      response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    };
    const servers: [Server, number][] = [[createServer(answer), options.rulePort]];
    if (identity) servers.push([createServer(answer), 80], [https.createServer(identity, answer), 443]);
    let waiting = servers.length;
    for (const [server, port] of servers) {
      const settled = () => {
        waiting -= 1;
        if (waiting === 0) writeFileSync(options.ready, '');
      };
      server.once('error', ({ message }) => {
        process.stderr.write(`a stub cannot listen: ${message}\n`);
        settled();
      });
      server.listen(port, '127.0.0.1', settled);
    }
  } else {
    writeFileSync(options.ready, '');
  }
  if (relay) {
    const door = net.createServer((outside) => {
      const inside = net.connect(relay);
      outside.pipe(inside).pipe(outside);
      for (const socket of [outside, inside]) {
        socket.on('error', () => {
          outside.destroy();
          inside.destroy();
        });
      }
    });
    const look = () => {
      const trial = net.connect(relay, () => {
        trial.destroy();
        door.listen(options.socket);
      });
      trial.on('error', () => setTimeout(look, 50));
    };
    look();
  }
}

/** Sends requests to the named hosts to the rule server instead: fetch, and http and https with what is built upon them. */
export function redirectHosts(options: { hosts: string[]; port: number }): void {
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  const { syncBuiltinESMExports } = process.getBuiltinModule('node:module');

  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    if (!options.hosts.includes(url.hostname)) return original(input, init);
    const target = `http://127.0.0.1:${options.port}${url.pathname}${url.search}`;
    return original(new Request(target, asked));
  };

  const ask = http.request;
  for (const module of [http, https]) {
    const before = module.request;
    const request = (...args: unknown[]) => {
      const given = typeof args[0] === 'string' || args[0] instanceof URL ? new URL(args.shift() as string) : undefined;
      const more = (typeof args[0] === 'object' ? args.shift() : {}) as Record<string, unknown>;
      const host = String(more.hostname ?? more.host ?? given?.hostname ?? '').replace(/:\d+$/, '');
      if (!options.hosts.includes(host)) {
        return (before as (...all: unknown[]) => unknown)(...(given ? [given, more] : [more]), ...args);
      }
      const path = more.path ?? (given ? given.pathname + given.search : '/');
      const there = { ...more, protocol: 'http:', hostname: '127.0.0.1', host: '127.0.0.1', port: options.port, path };
      return (ask as (...all: unknown[]) => unknown)({ ...there, agent: false, defaultPort: 80 }, ...args);
    };
    const get = (...args: unknown[]) => {
      const sent = request(...args) as { end(): void };
      sent.end();
      return sent;
    };
    Object.assign(module, { request, get });
  }
  syncBuiltinESMExports();
}
