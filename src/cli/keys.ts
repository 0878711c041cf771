import { signingSecret } from '../bot/index.ts';
import { readEnvironment } from '../config/index.ts';
import { mintKey, readKey, SCOPES, type Scope } from '../http/index.ts';
import { PatchworkError } from '../report/index.ts';
import { readOptions } from './options.ts';
import { readVariables } from './settings.ts';

const HELP = `patchworkmcp keys create [--repo owner/name] [--server <name>] [--scope <scope>]… [--expires "90 days"]
patchworkmcp keys show <key>
patchworkmcp keys revoke <key>
patchworkmcp keys webhook <address> [--repo owner/name]

Keys are signed with PATCHWORK_SECRET and stored nowhere. Scopes: ${SCOPES.join(', ')} (default: report:write, which is what
a drop-in needs). To revoke one, its id goes into the repository's .github/patchwork.yml; revoke says how. webhook says with which
secret messages to an address of PATCHWORK_NOTIFY are signed, or, with --repo, to one that a repository's patchwork.yml names.`;

export async function keys(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = readOptions(
    args,
    { repo: text, server: text, scope: { type: 'string', multiple: true }, expires: text, help: { type: 'boolean' } },
    2,
  );
  const [action, key] = positionals;
  if (values.help || !action) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const variables = await readVariables(process.env);
  const { secrets } = readEnvironment(variables);
  if (secrets.length === 0) {
    throw new PatchworkError('no_secret', 'PATCHWORK_SECRET is missing: it signs keys.', {
      next: 'Use the value the server runs with.',
    });
  }
  if (action === 'create') {
    const repo = values.repo ?? variables.PATCHWORK_REPO;
    if (!repo?.includes('/')) throw new PatchworkError('bad_argument', 'Say for which repository: --repo owner/name.');
    const made = await mintKey(secrets, {
      repo,
      scopes: scopesOf(values.scope ?? ['report:write']),
      ...(values.server ? { server: values.server } : {}),
      ...(values.expires ? { expires: values.expires } : {}),
    });
    console.log(made.key);
    console.error(`Key ${made.kid} for ${repo.toLowerCase()}. It is shown only now.`);
    return 0;
  }
  if (action === 'webhook') {
    if (!key || !URL.canParse(key)) throw new PatchworkError('bad_argument', 'Say which address, as it is configured.');
    const target = { url: key, by: values.repo ? ('repository' as const) : ('operator' as const) };
    for (const secret of secrets) console.log(signingSecret(secret, target, values.repo ?? ''));
    return 0;
  }
  const claims = key && (await readKey(secrets, key));
  if (!claims)
    throw new PatchworkError('bad_key', 'This is no valid key of this server.', { next: 'Keys begin with pw_.' });
  if (action === 'show') console.log(JSON.stringify(claims, null, 2));
  else if (action === 'revoke')
    console.log(`Add this to .github/patchwork.yml of ${claims.repo}:\n\nrevoked_keys:\n  - ${claims.kid}`);
  else throw new PatchworkError('bad_argument', 'Say create, show, revoke or webhook.');
  return 0;
}

function scopesOf(given: string[]): Scope[] {
  const known = given.filter((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope));
  if (known.length !== given.length) throw new PatchworkError('bad_argument', `Scopes are ${SCOPES.join(', ')}.`);
  return known;
}
