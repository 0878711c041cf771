import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The lines of a stream, byte by byte as they came, each with its line feed; what stands after the last one comes without. */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, end + 1)]);
      parts = [];
      from = end + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length) yield Buffer.concat(parts);
}

/** Waits while the reader at the other end is slower than we are; a stream that broke is waited for no longer. */
export async function drained(stream: Writable): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) return;
  const over = new AbortController();
  await Promise.race(['drain', 'close', 'error'].map((event) => once(stream, event, { signal: over.signal }))).catch(
    () => {},
  );
  over.abort();
}
