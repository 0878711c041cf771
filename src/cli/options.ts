import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { PatchworkError } from '../report/index.ts';

/** Reads a command's options; what it does not know is an error that names the option. */
export function readOptions<const T extends ParseArgsOptionsConfig>(args: string[], options: T, positionals: number) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
    if (parsed.positionals.length > positionals) {
      throw new PatchworkError('unknown_option', `"${parsed.positionals[positionals]}" is one argument too many.`);
    }
    return parsed;
  } catch (error) {
    if (error instanceof PatchworkError) throw error;
    throw new PatchworkError('unknown_option', error instanceof Error ? error.message : String(error), {
      next: 'See --help.',
    });
  }
}
