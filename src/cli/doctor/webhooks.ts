import { WEBHOOK_PATH } from '../../http/index.ts';
import { type Check, type Finding, ok, plural } from './check.ts';

/** GitHub keeps deliveries for three days. */
const PAGE = 100;

/** Whether GitHub's webhooks reach the server: their address, and the deliveries that never did. */
export const webhooks: Check = {
  name: 'webhooks',
  async look({ reached }) {
    const { app } = (await reached()).github;
    if (!app) return [{ state: 'skipped', what: 'GitHub sends none to a token' }];
    const findings: Finding[] = [];
    const { data: config } = await app.request('GET /app/hook/config');
    const url = config.url ?? '';
    const { hostname, protocol, pathname } = URL.canParse(url) ? new URL(url) : new URL('none:');
    const isNear = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    if (pathname !== WEBHOOK_PATH) {
      findings.push({
        state: 'problem',
        what: url ? 'the App’s webhook address is not one of this product' : 'the App has no webhook address',
        next: `Set it to https://<your host>${WEBHOOK_PATH} on the App’s page.`,
      });
    } else if (!isNear && (protocol !== 'https:' || String(config.insecure_ssl) === '1')) {
      findings.push({
        state: 'problem',
        what: 'webhooks come without verified TLS',
        next: 'Use https, with verification on.',
      });
    }
    const { data: deliveries } = await app.request('GET /app/hook/deliveries', { per_page: PAGE });
    const arrived = new Set(
      deliveries.filter((one) => one.status_code < 400 && one.status_code > 0).map((one) => one.guid),
    );
    const lost = new Map(deliveries.flatMap((one) => (arrived.has(one.guid) ? [] : [[one.guid, one] as const])));
    const [newest] = deliveries;
    if (lost.size) {
      const codes = [...new Set([...lost.values()].map((one) => one.status_code || one.status))].join(', ');
      findings.push({
        state: 'problem',
        what: `${plural(lost.size, 'delivery', 'deliveries')} of the last ${deliveries.length} never arrived (${codes})`,
        next: `Is ${hostname || 'the address'} reachable from GitHub? \`--fix\` has them delivered again.`,
        async fix() {
          for (const { id } of lost.values()) {
            await app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: Number(id) });
          }
          return `${plural(lost.size, 'delivery', 'deliveries')} asked for again`;
        },
      });
    }
    if (findings.length) return findings;
    return [
      ok(newest ? `the last ${deliveries.length} arrived, the newest ${newest.delivered_at}` : 'none was sent yet'),
    ];
  },
};
