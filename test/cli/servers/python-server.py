# A bare server on mcp 2.x, as a user would write it, on stdio.
from mcp.server.mcpserver import MCPServer

server = MCPServer("matrix", version="1.3.2")


@server.tool()
def echo(text: str, times: int = 1) -> str:
    """Says it again."""
    return text * times


server.run()
