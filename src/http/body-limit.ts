import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PatchworkError } from '../report/index.ts';

/**
 * Refuses a body of more than so many bytes with 413 `body_too_large`, while it is read. A declared length is believed, because
 * the HTTP parser reads no more than that; then the body need not pass through a stream, which costs more than reading the report.
 */
export function limitBody(maxSize: number): MiddlewareHandler {
  const counting = bodyLimit({ maxSize, onError: () => refuse(maxSize) });
  return async (c, next) => {
    const declared = c.req.header('content-length');
    if (declared === undefined || c.req.header('transfer-encoding') !== undefined) return counting(c, next);
    if (Number(declared) > maxSize) refuse(maxSize);
    return next();
  };
}

function refuse(maxSize: number): never {
  throw new PatchworkError('body_too_large', `The body is larger than ${maxSize / 1024} KB.`, { status: 413 });
}
