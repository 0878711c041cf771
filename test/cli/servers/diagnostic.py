# What the conformance suite calls, on mcp 2.x and stdio, both eras.
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel

server = MCPServer("diagnostic", version="1.0.0", instructions="For the conformance suite.")


@server.tool()
def test_simple_text() -> list[TextContent]:
    """For simple text."""
    return [TextContent(type="text", text="This is a simple text response for testing.")]


@server.tool()
def test_image_content() -> Image:
    """For image content."""
    return Image(data=b"\x89PNG\r\n\x1a\n", format="png")


@server.tool()
def test_error_handling() -> CallToolResult:
    """For error handling."""
    text = "This tool intentionally returns an error"
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


@server.tool()
async def test_tool_with_logging(ctx: Context) -> str:
    """For tool with logging."""
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(text)
    return "done"


@server.tool()
async def test_tool_with_progress(ctx: Context) -> str:
    """For tool with progress."""
    for progress in (0, 50, 100):
        await ctx.report_progress(progress, 100)
    return "done"


class User(BaseModel):
    username: str
    email: str


@server.tool()
async def test_elicitation(message: str, ctx: Context) -> str:
    """For elicitation."""
    return f"User response: {await ctx.elicit(message, User)}"


@server.resource("test://static-text", mime_type="text/plain")
def text() -> str:
    return "This is the content of the static text resource."


@server.prompt()
def test_simple_prompt() -> str:
    """For the simple prompt."""
    return "This is a simple prompt for testing."


server.run()
