"""A server on fastmcp 2, 3 or 4 with the drop-in, as a user would write it: `stdio|sessions|http [bare]`."""

import sys

import fastmcp
from fastmcp import FastMCP
from feedback_tool import INSTRUCTIONS, register_feedback_tool
from serving import serve

mode, *bare = sys.argv[1:]
fastmcp.settings.log_level = "ERROR"
server = FastMCP("matrix", version="1.3.2", instructions=INSTRUCTIONS)


@server.tool(description="Says it again.")
async def echo(text: str, times: int = 1) -> str:
    return text * times


if not bare:
    register_feedback_tool(server, "matrix-server")

if mode == "stdio":
    server.run(show_banner=False)
else:
    serve(server.http_app(stateless_http=mode == "http"))
