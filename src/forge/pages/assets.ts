import { createHash } from 'node:crypto';
import { live } from './live.ts';
import { style } from './style/index.ts';

/** A text that the browser may keep for ever, because its path changes with its content. */
function asset(kind: 'css' | 'js', text: string): { path: string; text: string } {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 12);
  return { path: `/-/${hash}.${kind}`, text };
}

export const styleSheet = asset('css', style);
export const script = asset('js', live);
