import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDay, type Ledger, matching, services, total } from '../src/costs.ts';

const ledger: Ledger = {
  currency: 'USD',
  runs: [
    { run_id: 'r-1', name: 'import', started: '2026-05-01', finished: '2026-05-02' },
    { run_id: 'r-2', name: 'train', started: '2026-05-02', finished: '2026-05-02' },
  ],
  costs: [
    { date: '2026-05-01', service: 'compute', run_id: 'r-1', usd: 1.1 },
    { date: '2026-05-02', service: 'compute', run_id: 'r-1', usd: 2.2 },
    { date: '2026-05-02', service: 'compute', run_id: 'r-2', usd: 0.1 },
    { date: '2026-05-02', service: 'gpu', run_id: 'r-2', usd: 40 },
  ],
};

test('services are named once, in order', () => {
  assert.deepEqual(services(ledger), ['compute', 'gpu']);
});

test('without a query everything matches', () => {
  assert.equal(matching(ledger, {}).length, 4);
});

test('a service and days narrow the costs, both days included', () => {
  assert.equal(matching(ledger, { service: 'gpu' }).length, 1);
  assert.equal(matching(ledger, { from: '2026-05-02', to: '2026-05-02' }).length, 3);
  assert.equal(matching(ledger, { service: 'gpu', to: '2026-05-01' }).length, 0);
});

test('costs of one day and service become one row', () => {
  assert.deepEqual(byDay(ledger.costs), [
    { date: '2026-05-01', service: 'compute', usd: 1.1 },
    { date: '2026-05-02', service: 'compute', usd: 2.3 },
    { date: '2026-05-02', service: 'gpu', usd: 40 },
  ]);
});

test('the total is in whole cents', () => {
  assert.equal(total(ledger.costs), 43.4);
});
