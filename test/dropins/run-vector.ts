// The runner of dropins/vectors/README.md for the TypeScript drop-in.
import { submitFeedback } from '../../dropins/typescript/feedback-tool.ts';

let input = '';
for await (const chunk of process.stdin.setEncoding('utf8')) input += chunk;
const { server_name, calls } = JSON.parse(input);

const replies = [];
for (const { arguments: args, context } of calls) {
  const { text, isError, structured } = await submitFeedback(args, server_name, {
    serverVersion: context.server_version,
    tools: context.tools,
    client: context.client,
    userAgent: context.user_agent,
    meta: context.meta,
    transportSession: context.transport_session,
    http: context.http,
  });
  replies.push({ text, is_error: isError, structured });
}
process.stdout.write(`${JSON.stringify(replies)}\n`);
