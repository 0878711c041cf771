import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { post, targetOf } from '../../dropins/typescript/feedback-tool.ts';
import { cleanLine, PatchworkError } from '../report/index.ts';
import { readOptions } from './options.ts';
import { unsentIn } from './unsent.ts';

const HELP = `patchworkmcp replay [--dry-run] < logs

Sends the reports that drop-ins could not deliver and wrote into a log (PATCHWORKMCP_UNSENT_FEEDBACK), whatever generation of the
drop-in and whatever wrapped the log's lines. Each is sent once, also if the log or the command is repeated. To where: as the
drop-ins, PATCHWORKMCP_URL with PATCHWORKMCP_API_KEY, else FEEDBACK_SIDECAR_URL with FEEDBACK_API_KEY. Exit status 1 if anything
is left undelivered. --dry-run sends nothing.`;

interface Waiting {
  id: string;
  body: Record<string, unknown>;
  line: number;
}

export async function replay(args: string[]): Promise<number> {
  const { values } = readOptions(args, { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } }, 0);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (process.stdin.isTTY) {
    throw new PatchworkError('no_input', 'There is no log to read.', {
      next: 'Like this: patchworkmcp replay < app.log',
    });
  }
  const { waiting, lines, again, broken } = await read(process.stdin);
  const say = (line: number, text: string) => console.log(`line ${line}: ${text}`);
  for (const { line, why } of broken) say(line, `broken: ${why}`);
  if (values['dry-run']) {
    for (const { line, body } of waiting) say(line, `would send: ${cleanLine(String(body.what_i_needed), 100)}`);
    console.log(summary(lines, { 'to send': waiting.length, repeated: again, broken: broken.length }));
    return broken.length ? 1 : 0;
  }

  const sent = await sendAll(waiting, say);
  const { delivered, known, refused } = sent;
  const unsent = waiting.length - delivered - known - refused;
  console.log(
    summary(lines, {
      sent: delivered,
      'already known': known,
      repeated: again,
      refused,
      broken: broken.length,
      'not sent': unsent,
    }),
  );
  return refused + broken.length + unsent ? 1 : 0;
}

const summary = (lines: number, counts: Record<string, number>) =>
  `${lines} ${lines === 1 ? 'line' : 'lines'} read: ${Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')}`;

/** Every report once, in the order of the log. */
async function read(input: NodeJS.ReadableStream) {
  const waiting = new Map<string, Waiting>();
  const broken: { line: number; why: string }[] = [];
  let lines = 0;
  let again = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    lines += 1;
    for (const unsent of unsentIn(text)) {
      if ('broken' in unsent) {
        broken.push({ line: lines, why: unsent.broken });
        continue;
      }
      const id = idOf(unsent.body);
      if (waiting.has(id)) again += 1;
      else waiting.set(id, { id, body: { ...unsent.body, report_id: id }, line: lines });
    }
  }
  return { waiting: [...waiting.values()], lines, again, broken };
}

/** Its own id; older drop-ins made none: then one that the same content always gets, with the time part of a ULID zero. */
function idOf(body: Record<string, unknown>): string {
  if (typeof body.report_id === 'string' && /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(body.report_id)) return body.report_id;
  const content = JSON.stringify(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));
  let number = BigInt(`0x${createHash('sha256').update(content).digest('hex').slice(0, 20)}`);
  let id = '';
  for (; id.length < 26; number >>= 5n) id = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number(number & 31n)] + id;
  return id;
}

/** Stops at the first that cannot be delivered: the rest would meet the same. */
async function sendAll(waiting: Waiting[], say: (line: number, text: string) => void) {
  const { url, key } = targetOf({});
  const base = url.replace(/\/api\/(?:v1\/feedback\/|feedback)$/, '');
  const counts = { delivered: 0, known: 0, refused: 0 };
  for (const { id, body, line } of waiting) {
    if (await isKnown(`${base}/api/feedback/${id}`, key)) {
      counts.known += 1;
      continue;
    }
    const path = typeof body.server_slug === 'string' ? '/api/v1/feedback/' : '/api/feedback';
    const { answer, refusal, reason } = await patiently(() => post(`${base}${path}`, key, body));
    if (answer) counts.delivered += 1;
    else if (refusal) {
      counts.refused += 1;
      say(line, `refused: ${refusal}`);
    } else {
      say(line, `not sent: ${reason}`);
      break;
    }
  }
  return counts;
}

/** Only our own server answers this; from any other the report is sent, under an id that makes it count once. */
async function isKnown(url: string, key: string): Promise<boolean> {
  try {
    const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

type Outcome = Awaited<ReturnType<typeof post>>;

async function patiently(attempt: () => Promise<Outcome>): Promise<Outcome> {
  let outcome = await attempt();
  for (const backoff of [500, 1000]) {
    if (outcome.retryMs === undefined || outcome.retryMs > 60_000) break;
    await sleep(Math.max(backoff, outcome.retryMs));
    outcome = await attempt();
  }
  return outcome;
}
