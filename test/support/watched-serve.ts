/** `patchworkmcp serve` with its traffic under watch: whatever GitHub would not say or accept is printed, one line each. */
import { sampleRepository } from '../../src/cli/repositories.ts';
import { stopSignal } from '../../src/cli/serve.ts';
import { startServer } from '../../src/cli/server.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { modelFromEnvironment } from '../../src/model/index.ts';
import { watchGitHub } from '../fidelity/index.ts';

const watch = await watchGitHub();
const server = await startServer({
  environment: readEnvironment(process.env),
  model: modelFromEnvironment(process.env),
  local: await sampleRepository(),
  around: (part, handler) => async (request) => {
    const watched = part === 'github' ? watch.serve(handler) : watch.receive(handler);
    const answer = await watched(request);
    for (const finding of watch.findings.splice(0)) console.error(`FIDELITY ${finding}`);
    return answer;
  },
});
await stopSignal();
await server.close();
