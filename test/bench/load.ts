import { connect, type Socket } from 'node:net';

export interface Load {
  /** Answers with 201, and with anything else. */
  created: number;
  other: number;
  perSecond: number;
  p50: number;
  p99: number;
}

/**
 * Posts one different report after the other over `connections` kept-alive connections. Written on bare sockets, because a client
 * that costs as much as the server would be what is measured on a small machine.
 */
export async function postReports(port: number, options: { connections: number; ms: number }): Promise<Load> {
  const latencies: number[] = [];
  let other = 0;
  const started = performance.now();
  const until = started + options.ms;
  let ended = started;

  const connection = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const socket: Socket = connect(port, '127.0.0.1').setNoDelay(true);
      let sent = 0;
      let sentAt = 0;
      let received = '';
      const send = () => {
        sentAt = performance.now();
        socket.write(requestOf(`${n}-${sent++}-${Math.random()}`));
      };
      socket.setEncoding('latin1').on('connect', send).on('error', reject);
      socket.on('data', (chunk: string) => {
        received += chunk;
        const head = received.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(received.slice(0, head))?.[1] ?? 0);
        if (received.length < head + 4 + length) return;
        const now = performance.now();
        if (received.startsWith('HTTP/1.1 201')) latencies.push(now - sentAt);
        else other += 1;
        received = '';
        ended = now;
        if (now < until) return send();
        socket.destroy();
        resolve();
      });
    });
  await Promise.all(Array.from({ length: options.connections }, (_, n) => connection(n)));

  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return {
    created: latencies.length,
    other,
    perSecond: (latencies.length / (ended - started)) * 1000,
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** About 900 bytes, as a drop-in of the first generation sends it: no id, so the digest of its content tells it from the others. */
function requestOf(unique: string): string {
  const body = JSON.stringify({
    server_name: 'weather',
    what_i_needed: `A date filter on get_forecast, so that next week can be asked for alone (${unique}). ${FILLER}`,
    what_i_tried: `Called get_forecast with and without parameters and read all of the answer. ${FILLER}`,
    gap_type: 'missing_parameter',
    suggestion: 'An optional parameter from, an ISO date.',
    user_goal: 'Plan a trip',
    resolution: 'partial',
    tools_available: ['get_forecast', 'get_alerts'],
    agent_model: 'some-model-1',
    session_id: unique,
    client_type: 'some-client',
  });
  return `POST /api/feedback HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const FILLER = 'The answer always starts today and holds fourteen days, most of which nobody asked for.'.repeat(2);
