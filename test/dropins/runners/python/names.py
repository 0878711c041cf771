"""The calls that the predecessors' README pages show, one after the other, to the address of the first argument."""

import asyncio
import sys

from feedback_tool import TOOL_INPUT_SCHEMA, TOOL_NAME, send_feedback, send_feedback_sync

url, key = sys.argv[1], "key-of-the-call"
arguments = {name: f"{TOOL_NAME} {name}" for name in TOOL_INPUT_SCHEMA["required"]}


def handler(credential: object, arguments: dict[str, object]) -> str:
    return send_feedback_sync(arguments, server_name="my-server", sidecar_url=url)


print(asyncio.run(send_feedback(arguments, server_name="my-server", sidecar_url=url, api_key=key)))
print(asyncio.run(send_feedback(arguments, server_slug="my-slug", patchwork_url=url, api_key=key)))
print(handler(None, arguments))
