import { promises as dns, type LookupAddress } from 'node:dns';
import { Agent as PlainAgent, request as requestPlain } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface PostOptions {
  /** Networks (CIDR) that are allowed though they are not public; an http address has to lie in one of them. */
  networks: readonly string[];
  timeoutMs: number;
  /** Ends the attempt. */
  stop?: AbortSignal | undefined;
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
}

export interface Answer {
  status: number;
  /** What the receiver asked for, in milliseconds. */
  retryAfterMs: number | undefined;
}

const MOST_READ = 16 * 1024;
const resolveAll = (hostname: string) => dns.lookup(hostname, { all: true });

/**
 * Posts a text to an address that others chose. The name is resolved once, and the address that was looked at is the one connected to,
 * so that no second answer of the DNS can lead elsewhere. Redirects are not followed, what comes back is not read beyond its head.
 * Throws an `Error` whose message names no address.
 */
export async function post(
  address: string,
  body: string,
  headers: Record<string, string>,
  { networks, timeoutMs, stop, resolve = resolveAll }: PostOptions,
): Promise<Answer> {
  const url = new URL(address);
  const isPlain = url.protocol === 'http:';
  const allowed = (ip: string) => within(ip, networks) || (!isPlain && isPublic(ip));
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(hostname) && !allowed(hostname)) throw new Error(NOT_ALLOWED);
  const lookup: LookupFunction = (name, { all }, callback) => {
    resolve(name).then(
      (found) => {
        const [first, ...more] = found.filter((one) => allowed(one.address));
        if (!first) callback(new Error(found.length ? NOT_ALLOWED : 'the host’s name has no address'), '');
        else if (all) callback(null, [first, ...more]);
        else callback(null, first.address, first.family);
      },
      () => callback(new Error('the host’s name cannot be resolved'), ''),
    );
  };
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    lookup,
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(stop ? [stop] : [])]),
  };
  return new Promise((resolved, rejected) => {
    const sent = isPlain
      ? requestPlain(url, { ...options, agent: new PlainAgent() })
      : request(url, { ...options, agent: new Agent() });
    sent.on('error', (error) => rejected(new Error(withoutAddress(error))));
    sent.on('response', (response) => {
      resolved({ status: response.statusCode ?? 0, retryAfterMs: retryAfter(response.headers['retry-after']) });
      let read = 0;
      response.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > MOST_READ) response.destroy();
      });
      response.on('error', () => {});
    });
    sent.end(body);
  });
}

const NOT_ALLOWED = 'the address is private and not allowed';

/** Ranges as the IANA's registries of special-purpose addresses have them; an IPv4 address inside an IPv6 one is looked at as such. */
function isPublic(ip: string): boolean {
  return ipaddr.isValid(ip) && ipaddr.process(ip).range() === 'unicast';
}

function within(ip: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === address.kind() && address.match(base, bits);
  });
}

/** Errors of Node name addresses, and addresses may be secrets. */
function withoutAddress(error: NodeJS.ErrnoException): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  return error.code ? `no connection (${error.code})` : error.message;
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}
