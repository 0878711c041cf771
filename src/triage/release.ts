import { compareVersions } from './version.ts';

/** The version in the name of a tag or release (`v1.4.0`, `server@1.4.0`, `pkg/v1.4.0`, `release-2026-06-01`); undefined where there is none. */
export function versionOfTag(tag: string): string | undefined {
  const starts = [0, ...[...tag.matchAll(/[@/_-]/g)].map(({ index }) => index + 1)];
  for (const start of starts) {
    const version = tag.slice(start).replace(/^v(?=\d)/i, '');
    if (/^\d+[.-]\d/.test(version) && compareVersions(version, version) === 0) return version;
  }
  return undefined;
}

/** Whether it comes before a release of the same number: nobody is told that a gap is fixed in a candidate. */
export function isPrerelease(version: string): boolean {
  const released = /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  return compareVersions(version, released) === -1;
}
