import * as z from 'zod';
import { PatchworkError } from '../report/index.ts';
import type { Access } from './access.ts';
import { type Route, route } from './route.ts';

/** The variables behind the settings, by the names the API gives them. */
const VARIABLES = {
  github_pat: 'GITHUB_TOKEN',
  github_repo: 'PATCHWORK_REPO',
  anthropic_api_key: 'ANTHROPIC_API_KEY',
  openai_api_key: 'OPENAI_API_KEY',
  llm_provider: 'PATCHWORK_PROVIDER',
  llm_model: 'PATCHWORK_MODEL',
} as const;
type Name = keyof typeof VARIABLES;
const NAMES = Object.keys(VARIABLES) as Name[];
const SECRETS: readonly Name[] = ['github_pat', 'anthropic_api_key', 'openai_api_key'];
/** What the next start reads; the rest counts at once. */
const NEXT_START: readonly Name[] = ['github_pat', 'github_repo'];
const MOST = 16 * 1024;

export interface Settings {
  /** The variables as they count now: those of the process, then those saved. */
  read(): Promise<Record<string, string | undefined>>;
  /** Saves variables; absent where the environment alone says how the server runs. Throws when they cannot work. */
  save?: (variables: Record<string, string>) => Promise<void>;
  /** Whether drafts can be written. */
  configured(): boolean;
}

const value = z
  .string()
  .regex(/^[\x21-\x7e]{0,500}$/)
  .default('')
  .describe('Empty: as it is.');

const changes = z.strictObject({
  ...(Object.fromEntries(NAMES.map((name) => [name, value])) as Record<Name, typeof value>),
  github_repo: value.refine((text) => /^([\w.-]+\/[\w.-]+)?$/.test(text), 'It has to be owner/name.'),
  llm_provider: z.enum(['', 'anthropic', 'openai', 'compatible']).default('').describe('Empty: as it is.'),
  default_branch: value.refine((text) => text === '', 'Drafts start from the default branch that the repository has.'),
});

const shown = z.object({
  ...(Object.fromEntries(NAMES.map((name) => [name, z.string()])) as Record<Name, z.ZodString>),
  default_branch: z.string().describe('Always empty: it is the repository’s.'),
  configured: z.boolean().describe('Whether drafts can be written.'),
});

/** The few settings that whoever runs a server at home may change while it runs; everywhere else they are only shown. */
export function settingsRoutes(settings: Settings): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/settings',
      tag: 'Operations',
      summary: 'How this server is set up',
      description:
        'Secrets show their last four characters. For whoever runs the server: a key of one repository does not open it.',
      scope: 'gap:write',
      answer: { status: 200, what: 'The settings.', schema: shown },
      async handle({ access }) {
        operatorOnly(access);
        const read = await settings.read();
        const values = NAMES.map((name) => {
          const text = read[VARIABLES[name]] ?? '';
          return [name, SECRETS.includes(name) ? masked(text) : text];
        });
        return {
          ...(Object.fromEntries(values) as Record<Name, string>),
          default_branch: '',
          configured: settings.configured(),
        };
      },
    }),
    route({
      method: 'put',
      path: '/api/settings',
      tag: 'Operations',
      summary: 'Change settings of a server at home',
      description:
        'In local mode only. They are written to `.env` in the data folder, which only its owner can read. The model counts from the ' +
        'next draft on, GitHub from the next start on. What the environment sets cannot be changed here.',
      scope: 'gap:write',
      body: { schema: changes, most: MOST },
      answer: {
        status: 200,
        what: 'They are saved.',
        schema: z.object({
          status: z.literal('saved'),
          restart: z.boolean().describe('Whether some count from the next start on.'),
        }),
      },
      errors: ['not_local', 'set_elsewhere', 'invalid_settings'],
      async handle({ access, body }) {
        operatorOnly(access);
        if (!settings.save) {
          throw new PatchworkError('not_local', 'Settings can be changed in local mode only.', {
            status: 403,
            next: 'Set the environment variables where this server runs.',
          });
        }
        const given = NAMES.filter((name) => body[name] !== '');
        await settings.save(Object.fromEntries(given.map((name) => [VARIABLES[name], body[name]])));
        return { status: 'saved' as const, restart: given.some((name) => NEXT_START.includes(name)) };
      },
    }),
  ];
}

/** A key of a repository says nothing about the server that all of them share. */
function operatorOnly({ operator }: Access): void {
  if (!operator) {
    throw new PatchworkError('forbidden', 'Settings are for whoever runs the server.', {
      status: 403,
      next: 'Use its shared key.',
    });
  }
}

function masked(text: string): string {
  if (!text) return '';
  return text.length <= 8 ? '****' : `****${text.slice(-4)}`;
}
