import * as z from 'zod';
import { cleanText, clipText } from '../report/index.ts';
import { ModelError, quote } from './error.ts';
import type { Answer, Ending, Question } from './model.ts';

/**
 * From what was received to an answer, the same way for every provider: first why it stopped, then whether it is JSON, then
 * whether it is the JSON asked for. `guaranteed`: the provider promises bare JSON, so anything around it is an error.
 */
export function finish<T>(question: Question<T>, text: string, ending: Ending, guaranteed: boolean): Answer<T> {
  const because = ending.explanation ? `: ${ending.explanation}` : '.';
  switch (ending.stop) {
    case 'refused':
      throw new ModelError('refused', `The model declined to answer${because}`);
    case 'truncated':
      throw new ModelError(
        'truncated',
        `The model's answer was cut off at its limit after ${text.length} characters${because}`,
      );
    case 'cut':
      throw new ModelError('unavailable', `The model's answer broke off after ${text.length} characters${because}`);
    case 'other':
      throw new ModelError('invalid', `The model stopped without giving an answer${because}`);
    case 'complete':
  }
  const result = question.schema.safeParse(readJson(text, guaranteed));
  if (result.success) return { value: result.data, usage: ending.usage, model: ending.model };
  const reason = clipText(cleanText(z.prettifyError(result.error)).text, { characters: 2000, bytes: 8000 }).text;
  throw new ModelError('invalid', `The model's answer is JSON, but not as asked:\n${reason}`);
}

function readJson(text: string, guaranteed: boolean): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const objects = guaranteed ? [] : objectsIn(text);
    if (objects.length === 1) return objects[0];
    const reason =
      objects.length > 1
        ? `it holds ${objects.length} JSON objects, and nothing says which one is meant.`
        : quote((error as SyntaxError).message);
    throw new ModelError(
      'invalid',
      `The model's answer is not a JSON object: ${text.trim() ? reason : 'it is empty.'}`,
    );
  }
}

/**
 * The JSON objects that stand in a text, in a Markdown fence or among prose. Outermost braces only, and none at all beside a
 * broken object, so that a part of an answer never passes for the answer. One pass, whatever the text.
 */
function objectsIn(text: string): unknown[] {
  const found: unknown[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '{') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (depth > 0 && character === '"') {
      quoted = true;
    } else if (depth > 0 && character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      try {
        found.push(JSON.parse(text.slice(start, at + 1)));
      } catch {
        if (beginsLikeJson(text, start)) return [];
      }
    }
  }
  return depth > 0 && beginsLikeJson(text, start) ? [] : found;
}

function beginsLikeJson(text: string, brace: number): boolean {
  return /^\{\s*"/.test(text.slice(brace, brace + 200));
}
