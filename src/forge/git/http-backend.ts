import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { startGit } from './run.ts';

export type Service = 'git-upload-pack' | 'git-receive-pack';

/** What a client may see and ask for: any commit that a ref reaches, partial clones, and all refs but our own bookkeeping. */
const OFFER = [
  ...['-c', 'transfer.hideRefs=refs/linked'],
  ...['-c', 'receive.hideRefs=refs/pull'],
  ...['-c', 'receive.advertiseAtomic=false'],
  ...['-c', 'uploadpack.allowReachableSHA1InWant=true'],
  ...['-c', 'uploadpack.allowFilter=true'],
];
/** The longest header block that git writes is far below this. */
const LONGEST_HEAD = 64 * 1024;

export interface BackendRequest {
  service: Service;
  /** Null asks what there is (`info/refs`); a stream is the client's side of the conversation. */
  body: ReadableStream<Uint8Array> | null;
  isGzip: boolean;
  /** The `Git-Protocol` header. */
  protocol: string | null;
  signal: AbortSignal;
}

/** Whether a `Git-Protocol` header is one that git would send. */
const isProtocol = (text: string) => /^[a-z0-9=:.-]{1,64}$/.test(text);

/**
 * Lets `git http-backend` (CGI, see its manual page) answer for the bare repository at `dir`. Nothing of the request
 * reaches its environment but the choices above.
 */
export async function httpBackend(dir: string, request: BackendRequest): Promise<Response> {
  const { service, body, signal } = request;
  const child = startGit(dir, [...OFFER, 'http-backend'], {
    GIT_PROJECT_ROOT: dir,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: body ? `/${service}` : '/info/refs',
    QUERY_STRING: body ? '' : `service=${service}`,
    REQUEST_METHOD: body ? 'POST' : 'GET',
    CONTENT_TYPE: body ? `application/x-${service}-request` : '',
    HTTP_CONTENT_ENCODING: request.isGzip ? 'gzip' : '',
    ...(request.protocol && isProtocol(request.protocol) ? { GIT_PROTOCOL: request.protocol } : {}),
    REMOTE_USER: 'forge',
    REMOTE_ADDR: '127.0.0.1',
  });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop, { once: true });
  child.on('close', () => signal.removeEventListener('abort', stop));
  child.on('error', () => child.stdout.destroy());
  child.stderr.resume();
  // the client may hang up and git may end early; either way the answer says so
  if (body) void pipeline(Readable.fromWeb(body), child.stdin).catch(() => {});
  else child.stdin.end();

  const output = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { status, headers, rest } = await readHead(output);
  const answer = Readable.from(
    (async function* () {
      if (rest.length > 0) yield rest;
      for (let part = await output.next(); !part.done; part = await output.next()) yield part.value;
    })(),
  );
  answer.on('close', stop);
  return new Response(Readable.toWeb(answer) as globalThis.ReadableStream<Uint8Array>, { status, headers });
}

/** Reads the CGI head (`Status: 404 Not Found`, `Content-Type: …`, an empty line) off the output. */
async function readHead(output: AsyncIterator<Buffer>) {
  let text = Buffer.alloc(0);
  let end = -1;
  while (end < 0 && text.length < LONGEST_HEAD) {
    const part = await output.next();
    if (part.done) break;
    text = Buffer.concat([text, part.value]);
    end = text.indexOf('\r\n\r\n');
  }
  if (end < 0) throw new Error('git http-backend gave no answer');
  const headers = new Headers();
  let status = 200;
  for (const line of text.subarray(0, end).toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers.append(name, value);
  }
  return { status, headers, rest: text.subarray(end + 4) };
}
