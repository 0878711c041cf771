import { detectIsolation, findTools } from '../../src/surface/index.ts';
import { makePlace, openScratch } from '../../src/surface/place.ts';
import { startServer } from '../../src/surface/start.ts';
import { MODULES, spec } from './machine.ts';

// Run by another user than root: says how a server in a folder is held, and what its tool `spy` answers.
const tools = findTools(process.env);
const isolation = await detectIsolation(tools);
const rule = { method: 'GET', path: '/', query: {}, status: 200, headers: {}, body: 'it is me' };
const stubs = { http: [rule], hosts: ['api.example.com'], commands: [], files: [] };
await using scratch = await openScratch();
const place = await makePlace(scratch, 'only', isolation, { dir: process.argv[2] as string, modules: MODULES });
const live = await startServer({ isolation, tools }, place, spec(), { name: 'stub', env: {}, stubs });
if ('failed' in live) throw new Error(`${live.why} ${live.tail}`);
const { content } = await live.client.callTool({ name: 'spy' });
console.log(JSON.stringify({ isolation, said: JSON.parse((content as { text: string }[])[0]?.text ?? 'null') }));
await live[Symbol.asyncDispose]();
