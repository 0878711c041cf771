import type { Gap } from '../../../src/issues/index.ts';
import type { Report } from '../../../src/report/index.ts';

export const SIGNED = { keys: ['a secret of the dashboard’s tests'], repositoryId: 7 };

export function report(fields: Partial<Report> = {}): Report {
  return {
    ...{ id: '01JD4T7Q9ZK3V5X8Y2B6N0M1RS', received_at: '2026-11-18T10:00:00.000Z', server_name: 'cost-server' },
    ...{ what_i_needed: 'Filter by run.', what_i_tried: 'All of it.', gap_type: 'missing_parameter', suggestion: '' },
    ...{
      user_goal: '',
      resolution: 'blocked',
      tools_available: [],
      agent_model: 'm',
      session_id: 's',
      client_type: 'c',
    },
    ...{ server_version: '1.0.0', client_version: '', surface_hash: '', session_source: '', remarks: [], sealed: '' },
    ...fields,
  };
}

export function gap(number: number, fields: Partial<Gap> = {}): Gap {
  return {
    ...{ id: `gap-${number}`, number, url: `https://github.com/acme/costs/issues/${number}`, title: `Gap ${number}` },
    ...{ body: '', state: 'open', stateReason: null, closedAt: undefined, locked: false, labels: [], decisions: {} },
    ...{
      held: [report()],
      reports: [report()],
      pages: [],
      notes: [],
      status: undefined,
      shipped: [],
      harm: undefined,
      answers: undefined,
    },
    ...fields,
  };
}
