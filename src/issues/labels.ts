import { createHash } from 'node:crypto';
import { GAP_TYPES, RESOLUTIONS } from '../report/index.ts';
import { SEVERITIES, type Severity } from '../triage/index.ts';

export interface Label {
  name: string;
  /** Six hex digits, no `#`. */
  color: string;
  description: string;
}

/** On every issue of ours. */
export const GAP_LABEL = 'patchwork';
/** Asked for by a maintainer; see DESIGN for the states that follow. */
export const DRAFT_LABEL = 'patchwork:draft';
export const DRAFTING_LABEL = 'patchwork:drafting';
export const DRAFTED_LABEL = 'patchwork:drafted';
export const DRAFT_FAILED_LABEL = 'patchwork:draft-failed';
export const SHIPPED_LABEL = 'patchwork:shipped';
/** On any open issue or pull request: nothing happens without a person in this repository. */
export const STOP_LABEL = 'patchwork:stop';
export const REVIEWED_LABEL = 'patchwork:reviewed';
export const REGRESSION_LABEL = 'patchwork:regression';

/** Every label with a fixed name. `server:*` labels are made as servers appear. */
export const LABELS: Label[] = [
  { name: GAP_LABEL, color: '5B4BC4', description: 'A gap in this MCP server, reported by agents' },
  { name: DRAFT_LABEL, color: '1F6FEB', description: 'Apply to get a draft pull request for this gap' },
  { name: DRAFTING_LABEL, color: 'BF8700', description: 'A draft is being written' },
  { name: DRAFTED_LABEL, color: '1A7F37', description: 'A draft pull request exists' },
  {
    name: DRAFT_FAILED_LABEL,
    color: 'CF222E',
    description: 'The last draft did not succeed; the status comment says why',
  },
  { name: SHIPPED_LABEL, color: '8250DF', description: 'A draft of this gap was merged' },
  {
    name: STOP_LABEL,
    color: '24292F',
    description: 'On any open issue: nothing is drafted or merged without a person',
  },
  { name: REVIEWED_LABEL, color: '6E7781', description: 'A person has looked at this gap' },
  { name: REGRESSION_LABEL, color: 'B60205', description: 'It was closed, and agents meet it again' },
  ...GAP_TYPES.map((type) => ({
    name: `gap:${type}`,
    color: 'C5B8F0',
    description: `What kind of gap: ${type.replaceAll('_', ' ')}`,
  })),
  ...RESOLUTIONS.map((resolution) => ({
    name: `impact:${resolution}`,
    color: { blocked: 'F4A6A0', partial: 'F6D98B', worked_around: 'BFE3C0' }[resolution],
    description: `How agents fared: ${resolution.replaceAll('_', ' ')}`,
  })),
  ...SEVERITIES.map((severity) => ({
    name: severityLabel(severity),
    color: { critical: 'B60205', high: 'D93F0B', medium: 'FBCA04', low: 'C2E0C6' }[severity],
    description: `Severity from distinct sessions: ${severity}`,
  })),
];

export function severityLabel(severity: Severity): string {
  return `severity:${severity}`;
}

/** GitHub allows 50 characters in a label name and no commas, which separate labels in queries. */
export function serverLabel(server: string): Label {
  const plain = server.replace(/[^\w.\- /]+/g, '-').trim() || 'unknown';
  const short =
    plain.length <= 43
      ? plain
      : `${plain.slice(0, 36)}-${createHash('sha256').update(server).digest('hex').slice(0, 6)}`;
  return { name: `server:${short}`, color: 'A8CBEF', description: 'The MCP server that lacks it' };
}
