/** A text file of the repository at one commit. */
export interface CodeFile {
  path: string;
  text: string;
}

/** What an agent reported, as far as it says where to look. */
export interface GapText {
  server_name: string;
  what_i_needed: string;
  what_i_tried: string;
  gap_type: string;
  suggestion: string;
  user_goal: string;
  tools_available: string[];
  /** Maintainers' words; they weigh more than the agent's. */
  notes?: string[];
}

/** First and last line, counted from 1, both included. */
export type LineRange = [first: number, last: number];

/** Where an MCP tool is registered. */
export interface ToolSite {
  name: string;
  path: string;
  line: number;
}

/** A file to send: whole, or only the lines of `ranges` (sorted, apart from each other). */
export interface SelectedFile {
  path: string;
  ranges?: LineRange[];
  why: string;
}

export interface Selection {
  /** Best first; together they cost at most the budget. */
  files: SelectedFile[];
  tools: ToolSite[];
  /** Every source path of the repository: the map that lets a model ask for what is missing. */
  paths: string[];
}
