#!/usr/bin/env node
import { PatchworkError } from '../report/index.ts';

/** A command gets its own arguments and answers its exit status. Loaded when asked for, so that `--help` is quick. */
type Command = (args: string[]) => Promise<number>;

const COMMANDS: Record<string, { what: string; load: () => Promise<Command> }> = {
  serve: { what: 'take reports and turn labels into drafts', load: async () => (await import('./serve.ts')).serve },
  demo: {
    what: 'see the whole way of a gap, with no account',
    load: async () => (await import('./demo/demo.ts')).demo,
  },
  wrap: {
    what: 'put the feedback tool in front of any MCP server',
    load: async () => (await import('./wrap/wrap.ts')).wrap,
  },
  forge: {
    what: 'a small GitHub on this machine, and nothing else',
    load: async () => (await import('./forge.ts')).forge,
  },
  export: {
    what: 'write reports as CSV or JSON',
    load: async () => (await import('./export.ts')).exportReports,
  },
  import: {
    what: 'take over the original’s feedback.db',
    load: async () => (await import('./import.ts')).importReports,
  },
  replay: { what: 'send the reports that only reached a log', load: async () => (await import('./replay.ts')).replay },
  keys: {
    what: 'make, read and revoke keys for drop-ins and readers',
    load: async () => (await import('./keys.ts')).keys,
  },
  'check-dropin': {
    what: 'say whether the feedback tool of a server is right',
    load: async () => (await import('./check-dropin/check-dropin.ts')).checkDropin,
  },
  init: {
    what: 'write the workflow and how the server is run',
    load: async () => (await import('./init/init.ts')).init,
  },
  brief: {
    what: 'print what is needed to close a gap by hand',
    load: async () => (await import('./brief.ts')).brief,
  },
  setup: {
    what: 'create your GitHub App in the browser',
    load: async () => (await import('./setup/setup.ts')).setup,
  },
  doctor: {
    what: 'say what is not right, and mend it',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
  draft: { what: 'draft a pull request for an issue', load: async () => (await import('./draft.ts')).draft },
};

const HELP = `patchworkmcp <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { what }]) => `  ${name.padEnd(12)} ${what}`)
  .join('\n')}

Every command explains itself with --help.`;

async function main([name = '--help', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === 'help' || name === '-h') {
    console.log(HELP);
    return 0;
  }
  const command = COMMANDS[name];
  if (!command) {
    console.error(`patchworkmcp: there is no command "${name}".\n\n${HELP}`);
    return 2;
  }
  return (await command.load())(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof PatchworkError)
    console.error(`patchworkmcp: ${error.message}${error.next ? ` ${error.next}` : ''}`);
  else console.error(error);
  process.exitCode = 1;
}
