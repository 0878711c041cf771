import { notFound } from '../answers.ts';
import type { Delivery } from '../hooks/deliveries.ts';
import type { Value } from '../store.ts';
import type { World } from '../world.ts';

/** Whose deliveries: those to an App, or to a hook of a repository. */
export type Receiver = { app: number } | { hook: number };

const ofReceiver = (receiver: Receiver): [string, number] =>
  'app' in receiver ? ['app_id = ?', receiver.app] : ['hook_id = ?', receiver.hook];

/** Deliveries that have been tried, newest first. `status`: `success` or `failure`. */
export function listDeliveries(
  world: World,
  receiver: Receiver,
  filter: { status?: string | undefined; before?: number | undefined; limit: number },
): Delivery[] {
  const [whose, id] = ofReceiver(receiver);
  const where = [whose, 'delivered_at IS NOT NULL'];
  const values: Value[] = [id];
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

export function getDelivery(world: World, receiver: Receiver, id: number): Delivery {
  const [whose, owner] = ofReceiver(receiver);
  const found = world.store.get<Delivery>(`SELECT * FROM deliveries WHERE ${whose} AND id = ?`, owner, id);
  if (!found) throw notFound();
  return found;
}

/** Sends the same payload again under the same GUID, as a further line of the log. */
export function redeliver(world: World, { id }: Delivery): void {
  world.store.run(
    `INSERT INTO deliveries (guid, app_id, hook_id, event, action, installation_id, repository_id, redelivery, payload,
     created_at) SELECT guid, app_id, hook_id, event, action, installation_id, repository_id, 1, payload, ?
     FROM deliveries WHERE id = ?`,
    world.time(),
    id,
  );
  world.deliveries.wake();
}
