import { ModelError } from './error.ts';
import type { Limits } from './model.ts';

/** A longer wait than this is not waited for: the person is told instead. */
const LONGEST_WAIT = 60_000;
const ERROR_BODY_BYTES = 64_000;

/** One question's way to the provider: bounded in time and size, and closed when the question is over. */
export interface Transport {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** The deadline has passed. */
  late(): boolean;
  /** The last answer was 429. */
  limited(): boolean;
  close(): void;
}

/**
 * A `fetch` for an SDK, with what the SDKs leave open: an overall deadline, an end to silence, a bound on what is read, no
 * redirects (prompts hold private code, for the configured host alone), and no long wait because a server asks for one.
 */
export function openTransport(limits: Limits, outer?: AbortSignal): Transport {
  const own = new AbortController();
  const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal;
  const end = Date.now() + limits.deadline;
  let late = false;
  let status = 0;
  const timer = setTimeout(() => {
    late = true;
    own.abort();
  }, limits.deadline);

  async function bounded(...request: Parameters<typeof fetch>): Promise<Response> {
    const response = await fetch(request[0], { ...request[1], redirect: 'manual' });
    status = response.status;
    const headers = new Headers(response.headers);
    if (wait(headers) > Math.min(LONGEST_WAIT, end - Date.now())) headers.set('x-should-retry', 'false');
    const body = response.body && watched(response.body, limits);
    return new Response(response.ok ? body : await beginning(body), { status, headers });
  }

  return {
    fetch: bounded,
    signal,
    late: () => late,
    limited: () => status === 429,
    close() {
      clearTimeout(timer);
      own.abort();
    },
  };
}

/** Milliseconds that the server asks to wait (RFC 9110, 10.2.3, and the SDKs' own `retry-after-ms`). */
function wait(headers: Headers): number {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (!Number.isNaN(milliseconds)) return milliseconds;
  const after = headers.get('retry-after') ?? '';
  const seconds = Number.parseFloat(after);
  return (Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000) || 0;
}

function watched(source: ReadableStream<Uint8Array>, limits: Limits): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader();
  let bytes = 0;
  return new ReadableStream({
    async pull(controller) {
      let stalled = false;
      const timer = setTimeout(() => {
        stalled = true;
        reader.cancel().catch(() => {});
      }, limits.stall);
      try {
        const { done, value } = await reader.read();
        if (stalled) throw new ModelError('unavailable', `The model sent nothing for ${limits.stall / 1000} s.`);
        if (done) return controller.close();
        bytes += value.byteLength;
        if (bytes > limits.bytes)
          throw new ModelError('unavailable', `The model sent more than ${limits.bytes} bytes.`);
        controller.enqueue(new Uint8Array(value));
      } catch (error) {
        reader.cancel().catch(() => {});
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** As much of an error's body as a sentence needs: the SDKs would read all of it. */
async function beginning(body: ReadableStream<Uint8Array> | null): Promise<string | null> {
  if (!body) return null;
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > ERROR_BODY_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return text || null;
}
