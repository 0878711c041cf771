/** An intake node without the rest of the product: a door before the outbox. Ends on SIGTERM as the product does, without loss. */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { contentDigest, PatchworkError, readReport } from '../../../src/report/index.ts';
import { outboxFromEnvironment } from './store.ts';

const outbox = await outboxFromEnvironment();
const server = createServer(async (request, response) => {
  try {
    const { report, ownId } = readReport(await json(request), { now: new Date() });
    const { id } = await outbox.accept({
      lane: `acme/${report.server_name}`,
      id: report.id,
      kind: 'report',
      digest: contentDigest(report, { repository: report.server_name, credential: '' }),
      body: { gap: report.what_i_needed, session: report.session_id },
      ...(ownId ? { key: report.id } : {}),
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
