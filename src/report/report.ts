export const GAP_TYPES = ['missing_tool', 'incomplete_results', 'missing_parameter', 'wrong_format', 'other'] as const;
export const RESOLUTIONS = ['blocked', 'worked_around', 'partial'] as const;

export type GapType = (typeof GAP_TYPES)[number];
export type Resolution = (typeof RESOLUTIONS)[number];

/**
 * One submission from one agent, cleaned and redacted: what is stored, shown and later read by a model. Field names are those of
 * the wire. An absent text is the empty string.
 */
export interface Report {
  /** ULID, made once, returned to the caller. */
  id: string;
  /** ISO 8601, by the clock of the server that accepted it. */
  received_at: string;
  server_name: string;
  what_i_needed: string;
  what_i_tried: string;
  gap_type: GapType;
  suggestion: string;
  user_goal: string;
  resolution: Resolution | '';
  tools_available: string[];
  agent_model: string;
  session_id: string;
  client_type: string;
  server_version: string;
  client_version: string;
  surface_hash: string;
  session_source: string;
  /** What was changed or could not be taken as it was, and why it folded, in words for people: shown on the issue. */
  remarks: string[];
  /** What is not published, encrypted (issues/seal.ts); empty where nothing is. */
  sealed: string;
}
