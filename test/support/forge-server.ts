/** The forge in a process of its own: `node forge-server.ts <folder> <url of a receiver of webhooks>` prints its port. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { openForge } from '../../src/forge/index.ts';

const [, , dir = '', webhookUrl = ''] = process.argv;

let answer = async (_request: Request) => new Response(null, { status: 503 });
const server = createAdaptorServer({ fetch: (request) => answer(request) });
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo;
  const forge = await openForge({ dir, url: `http://localhost:${port}` });
  await forge.createRepository({ owner: 'owner', name: 'sample', files: { 'README.md': '# Sample\n' } });
  if (webhookUrl !== '') {
    const permissions = { issues: 'write' };
    const events = ['issues', 'issue_comment'];
    const app = { slug: 'listener', name: 'Listener', permissions, events, webhookUrl, webhookSecret: 'secret' };
    await forge.registerApp(app);
    await forge.installApp('listener', 'owner');
  }
  answer = forge.fetch;
  console.log(port);
});
