import { createHash } from 'node:crypto';
import type { Report } from './report.ts';

/**
 * What makes a second sending a retry when the drop-in gave no `report_id`: the same cleaned fields with the same credential for
 * the same repository. Older drop-ins send byte-identical retries. Hex SHA-256.
 */
export function contentDigest(report: Report, where: { repository: string; credential: string }): string {
  const { id: _id, received_at: _at, ...fields } = report;
  return createHash('sha256')
    .update(JSON.stringify([where.repository.toLowerCase(), where.credential, Object.entries(fields).sort()]))
    .digest('hex');
}
