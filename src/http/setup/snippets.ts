export interface Snippet {
  title: string;
  text: string;
}

/** What to put into the server's environment. */
export function environmentLines(url: string, key: string, server: string): string {
  return [`PATCHWORKMCP_URL=${url}`, `PATCHWORKMCP_API_KEY=${key}`, `PATCHWORKMCP_SERVER_SLUG=${server}`].join('\n');
}

/** The lines to paste, as dropins/README.md has them. `server` is one word: see `SERVER_NAME`. */
export function snippets(server: string): Snippet[] {
  return [
    {
      title: 'TypeScript',
      text: `import { INSTRUCTIONS, registerFeedbackTool } from './feedback-tool.ts';

const server = new McpServer({ name: '${server}', version: '1.0.0' }, { instructions: INSTRUCTIONS });
registerFeedbackTool(server, '${server}');`,
    },
    {
      title: 'Python',
      text: `from feedback_tool import INSTRUCTIONS, register_feedback_tool

server = FastMCP("${server}", instructions=INSTRUCTIONS)  # or MCPServer of mcp 2
register_feedback_tool(server, "${server}")`,
    },
    {
      title: 'Go',
      text: `s := mcp.NewServer(&mcp.Implementation{Name: "${server}", Version: "1.0.0"}, &mcp.ServerOptions{Instructions: feedback.Instructions})
feedback.RegisterFeedbackTool(s, "${server}")`,
    },
    {
      title: 'Rust',
      text: `mod feedback_tool;
use feedback_tool::{INSTRUCTIONS, Options, register_feedback_tool};

let mut tool_router = MyServer::tool_router();
register_feedback_tool(&mut tool_router, "${server}", Options::default());`,
    },
    {
      title: 'Any server, unchanged',
      text: '{ "command": "npx", "args": ["patchworkmcp", "wrap", "--", "uvx", "some-mcp-server"] }',
    },
  ];
}

/** What can stand between quotes in every language above. */
export const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
