import { runInNewContext } from 'node:vm';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';

/** How long a schema's patterns may think about one value, in milliseconds. */
const PATIENCE = 1000;

type Schema = Parameters<CfWorkerJsonSchemaValidator['getValidator']>[0];

export type Validity = { valid: true } | { valid: false; why: string } | { valid: undefined; why: string };

/**
 * Whether a value fits a JSON Schema (2020-12 unless it declares another). The schema is a stranger's: it is interpreted, never made
 * into code, and a pattern that takes for ever is cut off. `valid` is undefined when the schema itself cannot be used.
 */
export function validate(schema: unknown, value: unknown): Validity {
  try {
    const check = () => new CfWorkerJsonSchemaValidator().getValidator(schema as Schema)(value);
    const result = runInNewContext('check()', { check }, { timeout: PATIENCE }) as ReturnType<typeof check>;
    return result.valid ? { valid: true } : { valid: false, why: (result.errorMessage ?? '').slice(0, 300) };
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    const why =
      code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'checking against it took too long' : String(message).slice(0, 200);
    return { valid: undefined, why: `The schema cannot be used: ${why}.` };
  }
}
