/** An intake node without the rest of the product: a door before the outbox. Ends on SIGTERM as the product does, without loss. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { ulid } from 'ulid';
import { PatchworkError } from '../../../src/report/index.ts';
import { outboxFromEnvironment } from './store.ts';

const outbox = await outboxFromEnvironment();
const server = createServer(async (request, response) => {
  try {
    const raw = await text(request);
    const { server_name, what_i_needed, session_id, report_id } = JSON.parse(raw) as Record<string, string>;
    const { id } = await outbox.accept({
      lane: `acme/${server_name}`,
      id: report_id ?? ulid(),
      kind: 'report',
      digest: createHash('sha256').update(raw).digest('hex'),
      body: { gap: what_i_needed, session: session_id },
      ...(report_id ? { key: report_id } : {}),
    });
    response.writeHead(201).end(JSON.stringify({ id, status: 'recorded' }));
  } catch (error) {
    response.writeHead(error instanceof PatchworkError ? error.status : 500).end(String(error));
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
  outbox.close().then(() => process.exit(0));
});
