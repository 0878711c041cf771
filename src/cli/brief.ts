import { type Environment, readEnvironment } from '../config/index.ts';
import { briefOf } from '../draft/index.ts';
import { PatchworkError } from '../report/index.ts';
import { gapsOnGitHub } from './direct.ts';
import { readOptions } from './options.ts';
import { readVariables } from './settings.ts';

const HELP = `patchworkmcp brief <issue or report> [--budget <tokens>]

Prints what a person or a coding agent needs to close a gap: evidence, notes, the code, a check that would show it, how to
verify. In local mode the server has to run (npm start); with GitHub, the environment is that of serve.

  --budget <tokens>  how long it may be (8000): what matters most comes first, and what is left out is said`;

export async function brief(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, { budget: { type: 'string' }, help: { type: 'boolean' } }, 1);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [id = ''] = positionals;
  if (!/^\w+$/.test(id)) {
    throw new PatchworkError('bad_argument', 'The number of an issue or the id of a report is needed.', {
      next: 'Like this: patchworkmcp brief 12',
    });
  }
  const budget = values.budget === undefined ? undefined : Number(values.budget);
  if (budget !== undefined && !(Number.isInteger(budget) && budget >= 500 && budget <= 200_000)) {
    throw new PatchworkError('bad_argument', '--budget has to be a number of tokens, from 500 to 200000.');
  }
  const environment = readEnvironment(await readVariables(process.env));
  const gaps = await gapsOnGitHub(environment);
  if (!gaps) console.log(await throughServer(environment, id, budget));
  else {
    const issue = /^\d+$/.test(id) ? Number(id) : (gaps.index.byReport(id)?.number ?? 0);
    console.log(await briefOf(gaps, issue, budget));
  }
  return 0;
}

async function throughServer({ port, apiKeys }: Environment, id: string, budget: number | undefined): Promise<string> {
  const url = `http://localhost:${port}/api/feedback/${id}/brief${budget === undefined ? '' : `?budget=${budget}`}`;
  const [key] = apiKeys;
  let reply: Response;
  try {
    reply = await fetch(url, key ? { headers: { authorization: `Bearer ${key}` } } : {});
  } catch {
    throw new PatchworkError('no_server', `No server answers at http://localhost:${port}.`, {
      next: 'Start it with npm start, or set PORT.',
    });
  }
  const text = await reply.text();
  if (reply.ok) return text;
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  throw new PatchworkError(error.code, error.message);
}
