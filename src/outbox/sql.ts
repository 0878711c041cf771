import type { Dialect } from './engine.ts';

/** Every statement of the outbox, for one dialect. Times are milliseconds since 1970 by the database's clock. */
export function statements(d: Dialect) {
  const { now, integer } = d;
  const entry = 'lane, id, kind, body, received_at, attempts, state, reason';
  const claim = (lock: string) => `
    UPDATE outbox_lane SET owner = $1, token = token + 1, lease_until = ${now} + $2
    WHERE name = (
      SELECT name FROM outbox_lane WHERE due_at <= ${now} AND lease_until <= ${now} ORDER BY due_at LIMIT 1 ${lock}
    ) RETURNING name, token`;

  const insert = `
    INSERT INTO outbox_entry (lane, id, kind, mark, digest, body, received_at, retry_at)
    SELECT r.lane, r.id, r.kind, r.mark, r.digest, r.body, ${now}, ${now} + CAST(r.hold AS BIGINT)
    ${d.rows(['lane', 'id', 'kind', 'mark', 'digest', 'body', 'hold'])}
    ON CONFLICT DO NOTHING RETURNING lane, id, mark${d.combines ? ', retry_at' : ''}`;
  const wake = (names: string) => `
    INSERT INTO outbox_lane (name, due_at) ${names}
    ON CONFLICT (name) DO UPDATE SET due_at = ${d.greatest('excluded.due_at', 'outbox_lane.not_before')}
    WHERE outbox_lane.due_at IS NULL OR outbox_lane.due_at > ${d.greatest('excluded.due_at', 'outbox_lane.not_before')}`;

  return {
    /**
     * `outbox_entry.mark` is what makes a second sending the same (`key:…` or `digest:…`), unique in its lane; `retry_at` is when
     * a worker may have it. `outbox_lane.due_at` is when the lane has work next, null when it has none.
     */
    schema: [
      `CREATE TABLE IF NOT EXISTS outbox_entry (
        seq ${d.sequence}, lane TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, mark TEXT, digest TEXT, body TEXT,
        received_at ${integer} NOT NULL, retry_at ${integer} NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'settled', 'dead')), reason TEXT,
        settled_at ${integer}, forget_at ${integer}
      )`,
      `CREATE UNIQUE INDEX IF NOT EXISTS outbox_entry_id ON outbox_entry (lane, id)`,
      `CREATE UNIQUE INDEX IF NOT EXISTS outbox_entry_mark ON outbox_entry (lane, mark) WHERE mark IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS outbox_entry_waiting ON outbox_entry (lane, retry_at, seq) WHERE state = 'waiting'`,
      `CREATE INDEX IF NOT EXISTS outbox_entry_dead ON outbox_entry (lane, seq) WHERE state = 'dead'`,
      `CREATE INDEX IF NOT EXISTS outbox_entry_settled ON outbox_entry (lane, settled_at)
        WHERE state = 'settled' AND body IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS outbox_entry_forget ON outbox_entry (forget_at) WHERE state = 'settled'`,
      `CREATE TABLE IF NOT EXISTS outbox_lane (
        name TEXT PRIMARY KEY, due_at ${integer}, owner TEXT, token ${integer} NOT NULL DEFAULT 0,
        lease_until ${integer} NOT NULL DEFAULT 0, not_before ${integer} NOT NULL DEFAULT 0,
        errors INTEGER NOT NULL DEFAULT 0, error TEXT
      )`,
      `CREATE INDEX IF NOT EXISTS outbox_lane_due ON outbox_lane (due_at) WHERE due_at IS NOT NULL`,
      `CREATE TABLE IF NOT EXISTS outbox_intent (
        lane TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, at ${integer} NOT NULL, PRIMARY KEY (lane, key)
      )`,
      `CREATE TABLE IF NOT EXISTS outbox_budget (
        installation TEXT PRIMARY KEY, spent TEXT NOT NULL DEFAULT '[]', paused_until ${integer} NOT NULL DEFAULT 0
      )`,
      `CREATE TABLE IF NOT EXISTS outbox_pulse (one INTEGER PRIMARY KEY, at ${integer} NOT NULL)`,
      ...(d.combines
        ? []
        : [
            `CREATE TRIGGER IF NOT EXISTS outbox_entry_wakes AFTER INSERT ON outbox_entry
             BEGIN ${wake('VALUES (new.lane, new.retry_at)')}; END`,
          ]),
    ],

    /**
     * Stores rows and makes their lanes due, as one: by a trigger or in one statement, and so in one round trip. Returns the rows
     * that were stored; those whose id or mark is taken are left out. Lanes are locked last and sorted, so that nodes cannot deadlock.
     */
    store: d.combines
      ? `WITH stored AS (${insert}),
           woken AS (${wake('SELECT lane, min(retry_at) FROM stored GROUP BY lane ORDER BY lane')})
         SELECT lane, id, mark FROM stored`
      : insert,
    /** Whatever holds a mark or an id of these; `age` in milliseconds. */
    holders: `
      SELECT e.lane, e.id, e.mark, e.digest, ${now} - e.received_at AS age FROM outbox_entry e
      WHERE e.mark IS NOT NULL AND (e.lane, e.mark) IN (SELECT r.lane, r.mark ${d.rows(['lane', 'mark', 'id'])})
      UNION
      SELECT e.lane, e.id, e.mark, e.digest, ${now} - e.received_at AS age FROM outbox_entry e
      WHERE (e.lane, e.id) IN (SELECT r.lane, r.id ${d.rows(['lane', 'mark', 'id'])})`,
    freeMark: `
      UPDATE outbox_entry SET mark = NULL
      WHERE mark IS NOT NULL AND (lane, mark, id) IN (SELECT r.lane, r.mark, r.id ${d.rows(['lane', 'mark', 'id'])})`,
    wake: wake(`VALUES ($1, ${now})`),

    waiting: `SELECT ${entry} FROM outbox_entry WHERE lane = $1 AND state = 'waiting' ORDER BY seq LIMIT $2`,
    find: `SELECT ${entry} FROM outbox_entry WHERE lane = $1 AND id = $2 AND state <> 'settled'`,
    dead: `SELECT ${entry} FROM outbox_entry WHERE state = 'dead' ORDER BY seq LIMIT $1`,
    deadOfLane: `SELECT ${entry} FROM outbox_entry WHERE state = 'dead' AND lane = $1 ORDER BY seq LIMIT $2`,
    revive: `
      UPDATE outbox_entry SET state = 'waiting', attempts = 0, reason = NULL, retry_at = ${now}
      WHERE lane = $1 AND id = $2 AND state = 'dead' RETURNING id`,

    letGo: `
      UPDATE outbox_entry SET body = $3, retry_at = ${now}
      WHERE lane = $1 AND id = $2 AND state = 'waiting' AND attempts = 0 AND retry_at > ${now} RETURNING id`,

    claim: claim(d.lockFree),
    /** For when every due lane was locked for a moment, perhaps by reports that keep coming in: wait for one. */
    claimBusy: claim(d.lock),
    renew: `UPDATE outbox_lane SET lease_until = ${now} + $3 WHERE name = $1 AND token = $2 RETURNING name`,
    /** First statement of every write of a worker: later ones in the transaction see what was accepted until here. */
    hold: `SELECT errors FROM outbox_lane WHERE name = $1 AND token = $2 ${d.lock}`,
    due: `
      SELECT ${entry} FROM outbox_entry WHERE lane = $1 AND state = 'waiting' AND retry_at <= ${now}
      ORDER BY retry_at, seq LIMIT $2`,
    settled: `
      SELECT ${entry} FROM outbox_entry WHERE lane = $1 AND state = 'settled' AND body IS NOT NULL
      ORDER BY settled_at, seq LIMIT $2`,
    intend: `
      INSERT INTO outbox_intent (lane, key, data, at) VALUES ($1, $2, $3, ${now})
      ON CONFLICT (lane, key) DO UPDATE SET data = excluded.data`,
    intents: `SELECT key, data, at FROM outbox_intent WHERE lane = $1 ORDER BY at, key`,
    /** $1 is the lane, $2 the other one; what stands there already, by its id or its mark, stays. */
    moveEntries: `
      UPDATE outbox_entry AS e SET lane = $2 WHERE e.lane = $1 AND NOT EXISTS (
        SELECT 1 FROM outbox_entry t WHERE t.lane = $2 AND (t.id = e.id OR t.mark = e.mark)
      )`,
    settleTwins: `
      UPDATE outbox_entry SET state = 'settled', reason = NULL, settled_at = ${now}, forget_at = ${now}
      WHERE lane = $1 AND state <> 'settled'`,
    moveIntents: `
      INSERT INTO outbox_intent (lane, key, data, at) SELECT $2, i.key, i.data, i.at FROM outbox_intent i WHERE i.lane = $1
      ON CONFLICT DO NOTHING`,
    dropIntents: `DELETE FROM outbox_intent WHERE lane = $1`,
    fulfil: `DELETE FROM outbox_intent WHERE (lane, key) IN (SELECT r.lane, r.key ${d.rows(['lane', 'key'])})`,
    /** $1 … are the rows; how long the tombstone stays depends on what it has to remember. */
    settle: (keepKey: number, keepDigest: number) => `
      UPDATE outbox_entry SET state = 'settled', reason = NULL, settled_at = ${now},
        forget_at = ${now} + CASE WHEN mark LIKE 'key:%' THEN ${keepKey} ELSE ${keepDigest} END
      WHERE (lane, id) IN (SELECT r.lane, r.id ${d.rows(['lane', 'id'])}) AND state <> 'settled'`,
    fail: `
      UPDATE outbox_entry SET attempts = attempts + 1, reason = $3,
        state = CASE WHEN attempts + 1 >= $4 THEN 'dead' ELSE state END,
        retry_at = ${now} + ${d.least(`CAST($5 AS BIGINT) * (1 << ${d.least('attempts', '20')})`, '$6')}
      WHERE lane = $1 AND id = $2 AND state = 'waiting'`,
    postpone: (forMs: number) => `
      UPDATE outbox_entry SET retry_at = ${now} + ${forMs}
      WHERE (lane, id) IN (SELECT r.lane, r.id ${d.rows(['lane', 'id'])}) AND state = 'waiting'`,
    release: `
      UPDATE outbox_lane SET lease_until = 0, not_before = ${now} + $3, errors = $4, error = $5,
        due_at = (
          SELECT ${d.greatest('e.retry_at', `${now} + $3`)} FROM outbox_entry e
          WHERE e.lane = $1 AND e.state = 'waiting' ORDER BY e.retry_at LIMIT 1
        )
      WHERE name = $1 AND token = $2`,

    budget: `
      INSERT INTO outbox_budget (installation) VALUES ($1)
      ON CONFLICT (installation) DO UPDATE SET spent = outbox_budget.spent
      RETURNING spent, paused_until, ${now} AS now`,
    spend: `UPDATE outbox_budget SET spent = $2 WHERE installation = $1`,
    pause: `
      INSERT INTO outbox_budget (installation, paused_until) VALUES ($1, ${now} + $2)
      ON CONFLICT (installation) DO UPDATE
      SET paused_until = ${d.greatest('outbox_budget.paused_until', 'excluded.paused_until')}`,

    stats: `
      SELECT count(*) AS waiting, min(received_at) AS oldest, count(DISTINCT lane) AS lanes
      FROM outbox_entry WHERE state = 'waiting'`,
    crowded: `SELECT lane FROM outbox_entry WHERE state = 'waiting' GROUP BY lane HAVING count(*) >= $1`,
    deadCount: `SELECT count(*) AS dead FROM outbox_entry WHERE state = 'dead'`,
    failing: `
      SELECT name, errors, error, not_before FROM outbox_lane WHERE errors > 0 AND due_at IS NOT NULL
      ORDER BY errors DESC, name LIMIT $1`,
    dropBodies: `
      UPDATE outbox_entry SET body = NULL WHERE seq IN (
        SELECT seq FROM outbox_entry WHERE state = 'settled' AND body IS NOT NULL AND settled_at <= ${now} - $1
        LIMIT $2 ${d.lockFree}
      ) RETURNING seq`,
    forget: `
      DELETE FROM outbox_entry WHERE seq IN (
        SELECT seq FROM outbox_entry WHERE state = 'settled' AND forget_at <= ${now} ORDER BY forget_at LIMIT $1 ${d.lockFree}
      ) RETURNING seq`,
    pulse: `INSERT INTO outbox_pulse (one, at) VALUES (1, ${now}) ON CONFLICT (one) DO UPDATE SET at = excluded.at`,
  };
}

export type Statements = ReturnType<typeof statements>;
