"""The runner of dropins/vectors/README.md for the Python drop-in."""

import json
import sys

from feedback_tool import Options, submit_feedback

given = json.load(sys.stdin)
replies = []
for call in given["calls"]:
    context = call["context"]
    headers = {"User-Agent": context.pop("user_agent", ""), "Mcp-Session-Id": context.pop("transport_session", "")}
    options = Options(headers=headers) if context.pop("http", False) else Options()
    structured = submit_feedback(call["arguments"], given["server_name"], options._replace(**context))
    replies.append({"text": structured["message"], "is_error": structured["status"] == "rejected", "structured": structured})
print(json.dumps(replies))
