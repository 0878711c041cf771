import { type FieldError, invalid, wrongType } from '../answers.ts';
import { isoSeconds } from '../moments.ts';

/** Reads the fields of a request the way GitHub does: the wrong type, a missing or too long field is a 422 in its form. */

export type Input = Record<string, unknown>;

/** Characters as GitHub counts them: code points, not UTF-16 units. */
const longer = (text: string, max: number) => text.length > max && [...text].length > max;

interface TextRule {
  resource: string;
  max?: number;
}

/** A text that may be absent (`undefined`) or null. */
export function optionalText(input: Input, field: string, rule: TextRule): string | null | undefined {
  const value = input[field];
  if (value === undefined || value === null) return value;
  if (typeof value !== 'string') throw wrongType(`properties/${field}`, value, 'a string');
  if (rule.max !== undefined && longer(value, rule.max)) {
    throw invalid({
      resource: rule.resource,
      field,
      code: 'custom',
      message: `${field} is too long (maximum is ${rule.max} characters)`,
    });
  }
  return value;
}

/** A text that must be there and not blank. */
export function requiredText(input: Input, field: string, rule: TextRule): string {
  const value = optionalText(input, field, rule);
  if (value === undefined || value === null || value.trim() === '') {
    throw invalid({ resource: rule.resource, field, code: 'missing_field' });
  }
  return value;
}

/** A moment, cut to the whole second. */
export function optionalMoment(input: Input, field: string, resource: string): string | null | undefined {
  const text = optionalText(input, field, { resource });
  if (text === undefined || text === null) return text;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw invalid({ resource, field, code: 'invalid', value: text });
  return isoSeconds(moment);
}

export function optionalFlag(input: Input, field: string): boolean | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongType(`properties/${field}`, value, 'a boolean');
  return value;
}

export function optionalInteger(input: Input, field: string): number | null | undefined {
  const value = input[field];
  if (value === undefined || value === null) return value;
  if (!Number.isSafeInteger(value)) throw wrongType(`properties/${field}`, value, 'an integer');
  return value as number;
}

export function optionalList(input: Input, field: string): unknown[] | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(`properties/${field}`, value, 'an array');
  return value;
}

export function oneOf<T extends string>(
  input: Input,
  field: string,
  allowed: readonly T[],
  resource: string,
): T | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (!allowed.includes(value as T)) {
    const error: FieldError = { resource, field, code: 'invalid', value };
    throw invalid(error);
  }
  return value as T;
}

export function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name given as text or as `{name}`: labels, assignees. */
export function nameOf(item: unknown, field: string, key = 'name'): string {
  const name = isObject(item) ? item[key] : item;
  if (typeof name !== 'string') throw wrongType(`properties/${field}`, item, 'a string');
  return name;
}
