import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BadPacket, FLUSH, onBand, packet, packetReader } from './packets.ts';
import { NO_OBJECT } from './repository.ts';
import { git, startGit } from './run.ts';

/** The server's side of a push (gitprotocol-pack, "Pushing Data To a Server"). */

export interface Command {
  name: string;
  /** What the client believes the ref to be; null: does not exist. */
  before: string | null;
  /** Null deletes the ref. */
  after: string | null;
}

export interface Push {
  commands: Command[];
  capabilities: Set<string>;
  /** The pack, when there is one. */
  pack(): AsyncGenerator<Uint8Array>;
}

const MOST_COMMANDS = 5000;

/** Reads what a push wants; throws {@link BadPacket} for what git would not send. */
export async function readPush(chunks: AsyncIterator<Uint8Array>): Promise<Push> {
  const reader = packetReader(chunks);
  const commands: Command[] = [];
  let capabilities = new Set<string>();
  for (let line = await reader.next(); line !== null; line = await reader.next()) {
    const [text = '', offered] = line.toString().split('\0');
    if (offered !== undefined) capabilities = new Set(offered.trim().split(' '));
    if (text.startsWith('shallow ')) continue; // what it stands for has to be here anyway; the check of the pack finds out
    const [, before, after, name] = /^([0-9a-f]{40}) ([0-9a-f]{40}) (\S+)\n?$/.exec(text) ?? [];
    if (before === undefined || after === undefined || name === undefined) throw new BadPacket('not a push command');
    if (commands.length >= MOST_COMMANDS) throw new BadPacket(`more than ${MOST_COMMANDS} refs in one push`);
    const known = (oid: string) => (oid === NO_OBJECT ? null : oid);
    commands.push({ name, before: known(before), after: known(after) });
  }
  return { commands, capabilities, pack: () => reader.rest() };
}

/**
 * Takes the objects of a pack into the repository and makes sure that everything the new tips need is there.
 * Gives null, or why the pack is no good.
 */
export async function takePack(
  dir: string,
  pack: AsyncIterable<Uint8Array>,
  tips: readonly string[],
  largest: number,
): Promise<string | null> {
  const args = ['index-pack', '--stdin', '--fix-thin', '--strict', `--max-input-size=${largest}`];
  const child = startGit(dir, args);
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => {
    stderr = (stderr + part).slice(-2000);
  });
  child.stdout.resume();
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code) => resolve(code ?? 1));
    child.on('error', () => resolve(1));
  });
  let broken = false;
  await pipeline(Readable.from(pack), child.stdin).catch(() => {
    // git has had enough, and says why; or the client hung up, and half a pack is no pack
    broken = true;
  });
  if ((await ended) !== 0 || broken) {
    const lines = stderr.trim().split('\n');
    return lines.find((line) => line.startsWith('error: ')) ?? (lines.at(-1) || 'the pack is incomplete');
  }
  const connected = ['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'];
  const { code } = await git(dir, connected, { input: `${tips.join('\n')}\n`, allow: [128] });
  return code === 0 ? null : 'missing necessary objects';
}

/** What the client is told: whether the pack was good, and per ref null or why not. */
export function renderReport(
  push: Push,
  unpacked: string | null,
  refs: readonly { name: string; refusal: string | null }[],
): Buffer {
  const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 500);
  const report = Buffer.concat([
    packet(`unpack ${unpacked === null ? 'ok' : oneLine(unpacked)}\n`),
    ...refs.map(({ name, refusal }) => packet(refusal === null ? `ok ${name}\n` : `ng ${name} ${oneLine(refusal)}\n`)),
    FLUSH,
  ]);
  const wanted = push.capabilities.has('report-status') || push.capabilities.has('report-status-v2');
  if (!wanted) return Buffer.alloc(0);
  return push.capabilities.has('side-band-64k') ? Buffer.concat([onBand(1, report), FLUSH]) : report;
}
