import type { SealedField } from '../config/index.ts';
import { at, type Repository, sealFields, sealWhole, signed } from '../issues/index.ts';
import type { Entry } from '../outbox/index.ts';
import type { Report } from '../report/index.ts';
import { looksLikeSecurity } from '../triage/index.ts';
import { type Arrived, reportOf } from './arrived.ts';

/** Whether everybody can read the repository's issues, asked of GitHub now: an answer of before may be wrong. */
export async function isPublic({ octokit, ...repository }: Repository): Promise<boolean> {
  const { data } = await octokit.rest.repos.get(at(repository));
  return data.visibility === undefined ? !data.private : data.visibility === 'public';
}

/**
 * The entries with their reports as they may be published: on a public repository, the named fields sealed, and all of what may be
 * about security. From here on nothing in this process works with what was sealed.
 */
export async function asPublished(
  entries: Entry[],
  repository: Repository,
  fields: readonly SealedField[],
): Promise<Entry[]> {
  const isTouched = (report: Report) => fields.some((field) => report[field] !== '') || looksLikeSecurity(report);
  if (!entries.some((entry) => isTouched(reportOf(entry))) || !(await isPublic(repository))) return entries;
  const place = signed(repository);
  return Promise.all(
    entries.map(async (entry) => {
      const report = reportOf(entry);
      const { asked } = entry.body as Arrived;
      const sealed = looksLikeSecurity(report)
        ? await sealWhole(report, place)
        : await sealFields(report, fields, place);
      return { ...entry, body: { ...sealed, ...(asked ? { asked } : {}) } satisfies Arrived };
    }),
  );
}
