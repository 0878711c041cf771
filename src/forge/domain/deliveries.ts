import type { Delivery } from '../hooks/deliveries.ts';
import type { Value } from '../store.ts';
import type { App, World } from '../world.ts';

/** Deliveries of an App that have been tried, newest first. `status`: `success` or `failure`. */
export function listDeliveries(
  world: World,
  app: App,
  filter: { status?: string | undefined; before?: number | undefined; limit: number },
): Delivery[] {
  const where = ['app_id = ?', 'delivered_at IS NOT NULL'];
  const values: Value[] = [app.id];
  if (filter.before !== undefined) {
    where.push('id < ?');
    values.push(filter.before);
  }
  if (filter.status === 'success') where.push('status_code BETWEEN 200 AND 399');
  if (filter.status === 'failure') where.push('status_code NOT BETWEEN 200 AND 399');
  return world.store.all<Delivery>(
    `SELECT * FROM deliveries WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ?`,
    ...values,
    filter.limit,
  );
}

export function findDelivery(world: World, app: App, id: number): Delivery | undefined {
  return world.store.get<Delivery>('SELECT * FROM deliveries WHERE app_id = ? AND id = ?', app.id, id);
}

/** Sends the same payload again under the same GUID, as a further line of the log. */
export function redeliver(world: World, delivery: Delivery): void {
  world.store.run(
    `INSERT INTO deliveries (guid, app_id, event, action, installation_id, repository_id, redelivery, payload, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)`,
    delivery.guid,
    delivery.app_id,
    delivery.event,
    delivery.action,
    delivery.installation_id,
    delivery.repository_id,
    delivery.payload,
    world.time(),
  );
  world.deliveries.wake();
}
