import { makePlace, openScratch } from '../../src/surface/place.ts';
import { startServer } from '../../src/surface/start.ts';
import { isolation, MODULES, spec, tools } from './machine.ts';

// Starts the server in a folder, says where it runs, and waits to be killed.
const scratch = await openScratch();
const place = await makePlace(scratch, 'only', isolation, { dir: process.argv[2] as string, modules: MODULES });
const live = await startServer({ isolation, tools }, place, spec(), { name: 'bare', env: {} });
console.log('failed' in live ? live.why : scratch.folder);
setInterval(() => {}, 1000);
