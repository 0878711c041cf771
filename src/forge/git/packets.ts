/** Packet lines (gitprotocol-common): four hexadecimal digits of length, themselves included, then the data; `0000` ends a list. */

export const FLUSH = Buffer.from('0000');
/** The most that one packet holds. */
const LARGEST = 65_516;

export function packet(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** The data as packets of a side band: 1 is the answer, 2 is for the person's eyes. */
export function onBand(band: 1 | 2, data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += LARGEST - 1) {
    parts.push(packet(Buffer.concat([Buffer.from([band]), data.subarray(at, at + LARGEST - 1)])));
  }
  return Buffer.concat(parts);
}

/** Thrown for bytes that are no packet lines. */
export class BadPacket extends Error {}

/** Reads packets off the start of a stream and leaves the rest. */
export function packetReader(chunks: AsyncIterator<Uint8Array>) {
  let held: Buffer = Buffer.alloc(0);

  async function take(length: number): Promise<Buffer> {
    while (held.length < length) {
      const next = await chunks.next().catch((error: unknown) => {
        throw new BadPacket(`the stream broke: ${error instanceof Error ? error.message : error}`);
      });
      if (next.done) throw new BadPacket('the stream ended inside a packet');
      held = Buffer.concat([held, next.value]);
    }
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  }

  return {
    /** The data of the next packet; null for a flush. */
    async next(): Promise<Buffer | null> {
      const digits = (await take(4)).toString('latin1');
      if (!/^[0-9a-f]{4}$/i.test(digits)) throw new BadPacket('not a packet line');
      const length = Number.parseInt(digits, 16);
      if (length === 0) return null;
      if (length < 4) throw new BadPacket('not a packet line');
      return take(length - 4);
    },
    /** What follows the packets. */
    async *rest(): AsyncGenerator<Uint8Array> {
      if (held.length > 0) yield held;
      for (let part = await chunks.next(); !part.done; part = await chunks.next()) yield part.value;
    },
  };
}
