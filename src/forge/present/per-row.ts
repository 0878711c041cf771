import type { Links } from '../world.ts';

/**
 * Presents a row once as long as it is the same object. One page of a list names the same few people and labels hundreds
 * of times, and their rows are read once for it.
 */
export function perRow<Row extends object, Json>(
  present: (links: Links, row: Row) => Json,
): (links: Links, row: Row) => Json {
  const known = new WeakMap<Row, Json>();
  return (links, row) => {
    let json = known.get(row);
    if (json === undefined) {
      json = present(links, row);
      known.set(row, json);
    }
    return json;
  };
}
