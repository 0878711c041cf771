import type { Store, Value } from '../store.ts';

/**
 * Makes search lag behind by keeping what issues and their labels were: in a table of this connection, filled by triggers,
 * gone when the forge closes. What stands there at the start counts as indexed long ago. Comments and pull request details
 * do not lag.
 */
export function keepFormerIssues(store: Store, now: () => Date): void {
  store.define('forge_now', () => now().getTime());
  const labels = (id: string) => `(SELECT json_group_array(label_id) FROM main.issue_labels WHERE issue_id = ${id})`;
  store.exec(
    `CREATE TEMP TABLE former_issues AS SELECT 0 AS noted_at, ${labels('issues.id')} AS labels_json, * FROM main.issues;
     CREATE INDEX temp.former_issues_by_id ON former_issues (id, noted_at);`,
  );
  for (const change of ['INSERT', 'UPDATE']) {
    store.exec(
      `CREATE TEMP TRIGGER note_${change} AFTER ${change} ON main.issues BEGIN
         INSERT INTO former_issues SELECT forge_now(), ${labels('NEW.id')}, * FROM main.issues WHERE id = NEW.id;
       END`,
    );
  }
}

/**
 * What stands before a query that should see issues and labels as they were at `cutoff` (milliseconds); forgets what no
 * later query can see.
 */
export function asOf(store: Store, cutoff: number): { sql: string; values: Value[] } {
  const newest = 'SELECT max(rowid) FROM former_issues WHERE noted_at <= ? GROUP BY id';
  store.run(`DELETE FROM former_issues WHERE noted_at <= ? AND rowid NOT IN (${newest})`, cutoff, cutoff);
  const sql = `WITH issues AS (SELECT * FROM former_issues WHERE rowid IN (${newest})),
     issue_labels AS (SELECT issues.id AS issue_id, value AS label_id FROM issues, json_each(issues.labels_json))`;
  return { sql, values: [cutoff] };
}
