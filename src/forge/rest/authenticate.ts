import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { badCredentials, GitHubError } from '../answers.ts';
import { accountById, accountByLogin, PEOPLE } from '../domain/accounts.ts';
import { appByIssuer } from '../domain/apps.ts';
import { hashOf, readInstallationToken } from '../domain/installations.ts';
import { readUserToken } from '../domain/web-flow.ts';
import type { Viewer, World } from '../world.ts';

const LONGEST_LIFE_S = 600;
const CLOCK_SKEW_S = 60;

/** The token of `Authorization: token x`, `Bearer x` or Basic (as git and `gh` send it); null without the header. */
function tokenFrom(header: string | null): string | null {
  if (header === null || header.trim() === '') return null;
  const [, scheme = '', value = ''] = /^(\S+)\s+(.*)$/.exec(header.trim()) ?? [];
  if (/^(token|bearer)$/i.test(scheme)) return value.trim();
  if (!/^basic$/i.test(scheme)) return '';
  const text = Buffer.from(value, 'base64').toString();
  const cut = text.indexOf(':');
  return text.slice(cut + 1) || text.slice(0, cut);
}

export async function authenticate(world: World, header: string | null): Promise<Viewer> {
  const token = tokenFrom(header);
  if (token === null) return { kind: 'anonymous' };
  if (PEOPLE.includes(token as (typeof PEOPLE)[number])) {
    const account = accountByLogin(world, token);
    if (account) return { kind: 'user', account, app: null };
  }
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return appFromJwt(world, token);
  const person = readUserToken(world, token);
  if (person) return { kind: 'user', ...person };
  const found = readInstallationToken(world, token);
  if (!found) throw badCredentials();
  const account = accountById(world, found.app.bot_id);
  return { kind: 'installation', account, tokenHash: hashOf(token), ...found };
}

async function appFromJwt(world: World, token: string): Promise<Viewer> {
  const undecodable = () => new GitHubError(401, 'A JSON web token could not be decoded');
  let issuer: string;
  try {
    if (decodeProtectedHeader(token).alg !== 'RS256') throw undecodable();
    issuer = String(decodeJwt(token).iss ?? '');
  } catch {
    throw undecodable();
  }
  const app = appByIssuer(world, issuer);
  if (!app) throw new GitHubError(401, "'Issuer' claim ('iss') must be an Integration or a client id");
  const now = world.now();
  try {
    const { payload } = await jwtVerify(token, createPublicKey(app.private_key), {
      algorithms: ['RS256'],
      currentDate: now,
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['exp', 'iat'],
    });
    if ((payload.exp ?? 0) > now.getTime() / 1000 + LONGEST_LIFE_S + CLOCK_SKEW_S) {
      throw new GitHubError(401, "'Expiration time' claim ('exp') is too far in the future");
    }
  } catch (error) {
    throw error instanceof GitHubError ? error : undecodable();
  }
  return { kind: 'app', app };
}
