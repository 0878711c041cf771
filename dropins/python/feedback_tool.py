"""PatchworkMCP feedback tool for Python MCP servers. Copy this file and add two lines:

    server = FastMCP("my-server", instructions=INSTRUCTIONS)
    register_feedback_tool(server, "my-server")

For FastMCP of mcp 1.10 and later, MCPServer of mcp 2, FastMCP of fastmcp 2.14 and later. Elsewhere list get_tool_definition() or
TOOL_INPUT_SCHEMA and answer calls with `await send_feedback(arguments, "my-server")` or send_feedback_sync(...), and Options. Needs
Python 3.10 and nothing else. Adds nothing to your other tools, never writes to stdout, never follows a redirect.

It sends what the agent wrote about the gap (secrets and e-mail addresses taken out), names and versions of your server and of the client,
the names of your tools, a hash of them with their parameters, the model if known, and a hash of the session: to PATCHWORKMCP_URL (with
PATCHWORKMCP_API_KEY and PATCHWORKMCP_SERVER_SLUG) if set, else to FEEDBACK_SIDECAR_URL (with FEEDBACK_API_KEY), else to localhost:8099.
What cannot be delivered becomes a line on stderr and, if PATCHWORKMCP_SPOOL names a folder, a file there that the next success sends.
"""

import asyncio
import hashlib
import http.client
import json
import os
import re
import secrets
import socket
import sys
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

TOOL_NAME = "feedback"
TOOL_DESCRIPTION = (
    "Report a gap in THIS server's tools to its maintainers: no listed tool does what the task needs, a needed parameter is "
    "missing, or results came back incomplete or in an unusable format. Check the tool list first; report each gap once, then "
    "continue the task. Not for: your own input errors (fix and retry), timeouts or rate limits, permission refusals, other "
    "servers. Describe the need generically: no names, secrets, file contents or user text."
)
INSTRUCTIONS = (
    "If you are about to say something cannot be done, or you worked around these tools, call `feedback` once for that gap "
    "before your final answer, then finish the task with what is available."
)
GAP_TYPES = ["missing_tool", "incomplete_results", "missing_parameter", "wrong_format", "other"]
Json = dict[str, Any]
FIELDS: dict[str, Json] = {
    "what_i_needed": {"description": 'What is missing. Good: "no way to filter get_costs by run_id". Bad: "the tool was bad".'},
    "what_i_tried": {"description": 'Tools called and what came back. Good: "get_costs: 412 rows, no filter". Bad: "everything".'},
    "gap_type": {"description": "The kind of gap.", "enum": GAP_TYPES},
    "suggestion": {"description": 'What would close the gap. Good: "optional run_id on get_costs". Bad: "make it better".'},
    "user_goal": {"description": 'The task, generically. Good: "compare the costs of two runs". Bad: the words of the user.'},
    "resolution": {"description": "How the task went on.", "enum": ["blocked", "worked_around", "partial"]},
    "tools_available": {"type": "array", "items": {"type": "string"}, "description": "Leave out: the server knows its tools."},
    "agent_model": {"description": "Your exact model id. Leave out if unsure."},
    "session_id": {"description": "Only a session_id that an earlier reply of this tool gave you."},
    "client_type": {"description": "Leave out: the protocol tells it."},
    "same_as": {"type": "integer", "description": "Only when a reply offered known gaps: the number of this very gap."},
}
PROPERTIES = {name: {"type": "string", **field} for name, field in FIELDS.items()}
TOOL_INPUT_SCHEMA = {"type": "object", "properties": PROPERTIES, "required": ["what_i_needed", "what_i_tried", "gap_type"]}
ANNOTATIONS = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True, "openWorldHint": True}
DEFINITION = {"name": TOOL_NAME, "description": TOOL_DESCRIPTION, "annotations": ANNOTATIONS}
META = {"anthropic/alwaysLoad": True}  # not to be hidden behind a search for tools
_SECRETS = [  # taken out of every text; each keeps its group
    r"()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    r"()\b(?:gh[pousr]_|github_pat_|glpat-|sk-|[sr]k_live_|[sr]k_test_|xox[abeoprs]-|hf_|npm_|pypi-|AIza)[\w-]{16,}",
    r"()\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|(?:eyJ|pw_)[\w-]{8,1000}\.[\w-]{8,1000}\.[\w-]{0,1000})",
    r"(?i)\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:)[^\s/@]{1,200}@",
    r"""(?i)\b((?:bearer|authorization["']?\s*[:=]\s*["']?basic)\s+)[\w.~+/=-]{16,}""",
    r"(?i)((?:authorization|(?:api|access|secret|private)[_-]?key|token|secret|password|passwd|pwd|cookie)"
    r"""["']?\s*[:=]\s*["']?)[^\s"',;[0-9]{0,64}[0-9][^\s"',;]{3,}""",
    r"()\b[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b",
]
_OF_HOST = "vscode.conversationId openai/session threadId sessionId ai.opencode/sessionID antigravity.google/conversation_id"
_OF_PROCESS = f"fbk_{uuid.uuid4()}"  # its session on stdio
_reported: dict[str, Json] = {}  # by session and content
_offered: dict[str, tuple[Json, list[str]]] = {}  # by session: a report and the known gaps it might be
_idle: dict[str, tuple[http.client.HTTPConnection, float]] = {}
_WORKERS = ThreadPoolExecutor(8, "patchworkmcp")
_LOCK, _SPOOL_LOCK = threading.Lock(), threading.Lock()


class Options(NamedTuple):
    patchwork_url: str | None = None  # this and the next three: instead of the environment
    sidecar_url: str | None = None
    api_key: str | None = None
    server_slug: str | None = None
    log: Callable[[str], object] | None = None  # takes the line about an undelivered report instead of stderr
    server_version: str | None = None
    tools: Sequence[Any] = ()  # the server's own: the SDK's objects, or dicts with name and inputSchema
    context: object = None  # the SDK's request context, which tells the next three
    client: Any = None  # name and version
    meta: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None  # of the HTTP request; None on stdio, where one process is one session


def register_feedback_tool(server: Any, server_name: str = "", **options: Any) -> None:
    """Adds the tool to a FastMCP or MCPServer. FastMCP of mcp 1 has no version: give it here as `server_version`."""
    Options(**options)  # a wrong one is told now, not at the first report
    sdks = ("fastmcp", "mcp.server.fastmcp", "mcp.server.mcpserver")
    sdk = next((sdk for sdk in sdks for base in type(server).__mro__ if base.__module__.startswith(f"{sdk}.")), "")
    if not sdk:
        raise TypeError("Not a FastMCP or MCPServer: list get_tool_definition() and answer its calls with send_feedback().")
    base, types = import_module(f"{sdk}.tools").Tool, import_module("mcp.types")

    class FeedbackTool(base):  # type: ignore[misc, valid-type]
        # Takes the arguments as they came: the SDK's own check of them would lose a report for one wrong word.
        async def run(self, arguments: Json, context: object = None, convert_result: bool = False) -> Any:
            if sdk == "fastmcp":
                context = import_module("fastmcp.server.dependencies").get_context()
            version = _part(server, "version") or _part(server, "_mcp_server", "version")
            version = None if version == _part(sys.modules.get("fastmcp"), "__version__") else version  # of one that has none
            tools: Any = ()
            with suppress(Exception):
                tools = await asyncio.wait_for(server.list_tools() if hasattr(server, "list_tools") else server.get_tools(), 2)
                tools = list(tools.values() if isinstance(tools, dict) else tools)
            known = {"server_version": version, "tools": tools, "context": _part(context, "request_context"), **options}
            reply = await _submit(arguments, server_name or _part(server, "name"), Options(**known))
            content, is_error = [types.TextContent(type="text", text=reply["message"])], reply["status"] == "rejected"
            if sdk == "mcp.server.mcpserver":
                return types.CallToolResult.model_validate({"content": content, "structuredContent": reply, "isError": is_error})
            if sdk == "fastmcp":
                result = {"content": content, "structured_content": reply, **({"is_error": True} if is_error else {})}
                with suppress(TypeError):  # fastmcp before 3.4 does not know is_error
                    return import_module(base.__module__).ToolResult(**result)
            if is_error:
                raise import_module(f"{sdk}.exceptions").ToolError(reply["message"])
            return content, reply

    definition = {**DEFINITION, "parameters": TOOL_INPUT_SCHEMA, "meta": META}
    if sdk == "fastmcp":
        server.add_tool(FeedbackTool(**definition))
    else:
        tool = FeedbackTool.from_function(asyncio.sleep, TOOL_NAME, structured_output=False)  # any function: `run` is its own
        server._tool_manager._tools[TOOL_NAME] = tool.model_copy(update=definition)


def get_tool_definition() -> Any:
    return import_module("mcp.types").Tool.model_validate({**DEFINITION, "inputSchema": TOOL_INPUT_SCHEMA, "_meta": META})


def _part(value: Any, *path: str) -> Any:
    """Of an SDK's object or an answer, where any step may be absent, or unwilling outside a request."""
    with suppress(Exception):
        for name in path:
            value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        return value
    return None


async def send_feedback(arguments: Json, server_name: str = "", **options: Any) -> str:
    return str((await _submit(arguments, server_name, Options(**options)))["message"])


def send_feedback_sync(arguments: Json, server_name: str = "", **options: Any) -> str:
    """For handlers that are not async, such as Django's. Give it `headers=request.headers`, or `headers=None` on stdio."""
    return str(submit_feedback(arguments, server_name, Options(**{"headers": {}, **options}))["message"])


async def _submit(*report: Any) -> Json:
    """In a thread, so that the server's loop goes on; to its end, even if the call is cancelled."""
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(_WORKERS, submit_feedback, *report))


def submit_feedback(arguments: Json, server_name: str, options: Options) -> Json:
    """Sends one report; in the reply `message` is for the agent. Never raises for arguments that came as JSON, whatever `log` does."""
    for name in ("what_i_needed", "what_i_tried"):
        if not _as_text(arguments.get(name)).strip():
            return {"status": "rejected", "message": f"Not recorded: {name} is missing. Add it and call feedback again."}
    if options.context is not None:
        about, meta = _part(options.context, "session", "client_params"), _part(options.context, "meta")
        client, headers = _part(about, "clientInfo") or _part(about, "client_info"), _part(options.context, "request", "headers")
        options = options._replace(client=client, meta=meta if isinstance(meta, dict) else _part(meta, "model_extra"), headers=headers)
    if options.headers is not None:
        options = options._replace(headers={name.lower(): value for name, value in options.headers.items()})
    session, source, handle = _session_of(arguments, options)
    body, offers = _offered.get(session, ({}, []))
    same_as = _as_text(arguments.get("same_as")).strip().removeprefix("#")
    if same_as in offers:
        _offered.pop(session, None)
        return _reply_to(deliver({**body, "same_as": int(same_as)}, options), body, handle)
    body = payload_from_args(arguments, server_name, options) | {"session_id": session, "session_source": source}
    content = json.dumps(["" if handle else session, {**body, "report_id": "", "session_id": "", "session_source": ""}])
    key = hashlib.sha256(content.encode()).hexdigest()
    with _LOCK:
        report = _reported.get(key)
        # Calls without a session to share are taken for one loop within ten minutes only.
        if report is None or (handle and time.monotonic() - report["at"] > 600):
            report = _reported[key] = {"body": body, "at": time.monotonic(), "outcome": {}, "turn": threading.Lock()}
    with report["turn"]:
        if "answer" in report["outcome"]:
            return {"status": "repeated", "message": "Already reported in this session. Go on with the tools you have."}
        if "refusal" not in report["outcome"]:
            report["outcome"] = deliver(report["body"], options)
    reply = _reply_to(report["outcome"], report["body"], handle)
    with _LOCK:
        if "candidates" in reply:
            _offered[session] = (report["body"], [str(offer["gap"]) for offer in reply["candidates"]])
        for memory in (_reported, _offered):
            memory.pop(next(iter(memory)) if len(memory) > 500 else "", None)
    return reply


def payload_from_args(arguments: Json, server_name: str, options: Options) -> Json:
    """The request's body but for the session: always all fields, the empty text for what is not known."""
    _, key, slug = target_of(options)

    def clean(value: object, length: int = 10_000) -> str:
        text = _as_text(value)[:20_000]
        text = text.replace(key, "[redacted]") if len(key) >= 8 else text
        for secret in _SECRETS:
            text = re.sub(secret, r"\1[redacted]", text, flags=re.ASCII)
        return text[:length]

    def word(name: str) -> str:
        said = re.sub(r"[\s_-]", "_", _as_text(arguments.get(name)).strip().lower())
        return said if said in FIELDS[name]["enum"] else ""

    agent = re.match(r"([^\s/]+)(?:/(\S+))?", (options.headers or {}).get("user-agent", ""))
    client, model = _part(options.client, "name"), _part(options.meta, "x-codex-turn-metadata", "model")
    schemas = [_part(tool, "inputSchema") or _part(tool, "input_schema") or _part(tool, "parameters") for tool in options.tools]
    own = {_part(tool, "name"): _part(schema, "properties") for tool, schema in zip(options.tools, schemas, strict=True)}
    own.pop(TOOL_NAME, None)
    signatures = sorted(f"{name}({','.join(sorted(properties or ()))})" for name, properties in own.items())
    named = re.findall(r"[A-Za-z0-9_./-]{1,128}", _as_text(arguments.get("tools_available")))
    ulid = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return {
        "server_name" if slug is None else "server_slug": clean(slug or server_name or "unknown", 200),
        **{name: clean(arguments.get(name)) for name in ("what_i_needed", "what_i_tried", "suggestion", "user_goal")},
        "gap_type": word("gap_type") or "other",
        "resolution": word("resolution"),
        "tools_available": (list(own) or named)[:200],
        "agent_model": clean(model or arguments.get("agent_model"), 200),
        "client_type": clean(client or (agent and agent[1]) or arguments.get("client_type"), 200),
        "server_version": clean(options.server_version, 200),
        "client_version": clean(_part(options.client, "version") if client else agent and agent[2], 200),
        "report_id": "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[ulid >> shift & 31] for shift in range(125, -1, -5)),
        "surface_hash": hashlib.sha256("\n".join(signatures).encode("utf-8", "replace")).hexdigest()[:16] if own else "",
    }


def target_of(options: Options) -> tuple[str, str, str | None]:
    """URL, key, and slug if hosted. Each address goes with its own key, so that neither key can reach the other's server."""
    hosted = options.patchwork_url or ("" if options.sidecar_url else os.environ.get("PATCHWORKMCP_URL"))
    url = hosted or options.sidecar_url or os.environ.get("FEEDBACK_SIDECAR_URL") or "http://localhost:8099"
    key = options.api_key or os.environ.get("PATCHWORKMCP_API_KEY" if hosted else "FEEDBACK_API_KEY") or ""
    slug = (options.server_slug or os.environ.get("PATCHWORKMCP_SERVER_SLUG") or "") if hosted else None
    return url.rstrip("/") + ("/api/v1/feedback/" if hosted else "/api/feedback"), key.strip(), slug


def _session_of(arguments: Json, options: Options) -> tuple[str, str, str]:
    """Hash and name of the first handle of the conversation that is known, and a handle if one had to be made for this call."""
    meta, env = options.meta or {}, os.environ if options.headers is None else {}
    given, made = _as_text(arguments.get("session_id")).strip(), f"fbk_{uuid.uuid4()}"
    trace = re.match(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-", _as_text(meta.get("traceparent")))
    handles: list[tuple[str, object]] = [
        *((name, meta.get(name)) for name in _OF_HOST.split()),
        *((name, env.get(name)) for name in ("CLAUDE_CODE_SESSION_ID", "GROK_SESSION_ID")),
        ("traceparent", trace and trace[1]),
        ("mcp-session-id", (options.headers or {}).get("mcp-session-id")),
        ("minted" if given.startswith("fbk_") else "session_id", given if len(given) >= 8 else ""),
        ("minted", _OF_PROCESS if options.headers is None else made),
    ]
    source, handle = next((name, handle) for name, handle in handles if isinstance(handle, str) and handle)
    return hashlib.sha256(handle.encode("utf-8", "replace")).hexdigest()[:16], source, made if handle is made else ""


def deliver(body: Json, options: Options) -> Json:
    """Three attempts; what cannot be delivered is logged and spooled. The outcome: as of `post`, and `spooled`."""
    url, key, _ = target_of(options)
    content = _as_text(body).encode("utf-8", "replace")
    for pause in (0.5, 1.0, 0):
        outcome = post(url, key, content)
        if not pause or outcome.get("retry_after", 60) > 5:
            break
        time.sleep(max(pause * (800 + secrets.randbelow(400)) / 1000, outcome["retry_after"]))
    folder = os.environ.get("PATCHWORKMCP_SPOOL")
    with suppress(Exception):
        if "answer" not in outcome:
            line = f"PATCHWORKMCP_UNSENT_FEEDBACK reason={outcome['reason']} payload={json.dumps(body, separators=(',', ':'))}"
            (options.log or (lambda line: sys.stderr.write(f"{line}\n")))(line)
        elif folder:
            _WORKERS.submit(_send_spooled, folder, url, key)
    return outcome | {"spooled": bool(folder and not outcome.keys() & {"answer", "refusal"} and _spool(folder, body, content))}


def post(url: str, key: str, content: bytes) -> Json:
    """One attempt: 2 s to connect, 5 s in all, no redirect followed (http.client never does), so that the key stays where it belongs.
    The outcome: `reason`; `answer` of a 201; `refusal`, why it will never be taken; `retry_after`, if another attempt makes sense."""
    ends, connection = time.monotonic() + 5, None
    watch = threading.Timer(5, lambda: connection and connection.sock and connection.sock.shutdown(socket.SHUT_RDWR))
    try:
        with suppress(RuntimeError):  # while Python ends
            watch.start()  # the time-out of a socket is one of silence
        parts = urlsplit(url)
        kinds = {"http": (http.client.HTTPConnection, 80), "https": (http.client.HTTPSConnection, 443)}
        kind, port = kinds[parts.scheme if parts.hostname else "none"]
        origin, path = f"{parts.scheme}://{parts.netloc}", parts._replace(scheme="", netloc="").geturl()
        connection, since = _idle.pop(origin, (None, 0.0))
        if connection is None or time.monotonic() - since > 4:  # many servers close after 5 s
            connection = kind(parts.hostname or "", parts.port or port, timeout=2)
            connection.connect()
        connection.sock.settimeout(max(ends - time.monotonic(), 0.001))
        authorization = {"authorization": f"Bearer {key}"} if key else {}
        headers = {"content-type": "application/json", "user-agent": "PatchworkMCP-Python/2.0", **authorization}
        connection.request("POST", path, content, headers)
        response = connection.getresponse()
        raw, status, reason, answer = response.read(65_537), response.status, f"status_{response.status}", None
        if len(raw) > 65_536:
            return {"reason": "bad_answer"}
        if response.length or time.monotonic() > ends:
            raise ConnectionError("broken off")
        if not response.will_close:
            _idle[origin], connection = (connection, time.monotonic()), None
        with suppress(ValueError, RecursionError):
            answer = json.loads(raw)
        if status == 201:
            return {"reason": reason, "answer": answer} if isinstance(answer, dict) else {"reason": "bad_answer"}
        if status in (400, 409, 413, 422):
            return {"reason": reason, "refusal": _line(_part(answer, "error", "message"), 300) or f"{reason}."}
        seconds = re.match(r"\d{1,9}$", response.getheader("retry-after") or "0")
        return {"reason": reason} | ({"retry_after": int(seconds[0] if seconds else 0)} if status == 429 or status >= 500 else {})
    except (ValueError, KeyError, http.client.InvalidURL):
        return {"reason": "bad_configuration"}
    except Exception:
        return {"reason": "timeout"} if time.monotonic() >= ends - 0.05 else {"reason": "unreachable", "retry_after": 0}
    finally:
        watch.cancel()
        if connection is not None:
            connection.close()


def _spool(folder: str, body: Json, content: bytes) -> bool:
    """False when 500 reports wait, so that a dead endpoint does not fill the disk."""
    with suppress(OSError, ValueError):
        os.makedirs(folder, 0o700, exist_ok=True)
        if len(os.listdir(folder)) < 500:
            file = os.path.join(folder, f"{body['report_id']}.json")
            with open(os.open(f"{file}.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as part:
                part.write(content)
            os.replace(f"{file}.part", file)
            return True
    return False


def _send_spooled(folder: str, url: str, key: str) -> None:
    """One attempt each; the first that cannot be delivered waits, with the rest, for the next success."""
    with _SPOOL_LOCK, suppress(OSError):
        for name in sorted(name for name in os.listdir(folder) if re.fullmatch(r"[0-9A-Z]{26}\.json", name)):
            with open(os.path.join(folder, name), "rb") as file:
                outcome = post(url, key, file.read())
            if not outcome.keys() & {"answer", "refusal"}:
                return
            os.remove(os.path.join(folder, name))


def _reply_to(outcome: Json, body: Json, handle: str) -> Json:
    """The server's own sentence if it sent one, else the truth in the words of its answer."""
    reason, answer, refusal = outcome["reason"], outcome.get("answer"), outcome.get("refusal")
    known: Json = {"report_id": body["report_id"], **({"session_id": handle} if handle else {})}
    unchanged = "Nothing changed in this session: no new tools were added. Continue with the tools you have and tell the user "
    unchanged += "what could not be done."
    if refusal:
        return {"status": "rejected", "message": f"Not recorded: {refusal} Correct it and call feedback again, or go on.", **known}
    if outcome["spooled"]:
        return {"status": "queued", "message": f"Saved locally, not sent yet ({reason}). {unchanged}", **known}
    if answer is None:
        return {"status": "unsent", "message": f"Not delivered ({reason}); it is in this server's log. {unchanged}", **known}
    known |= {name: answer[name] for name in ("gap", "seen") if type(answer.get(name)) is int}
    known |= {name: text for name in ("workaround", "fixed_in", "url") if (text := _line(answer.get(name), 500))}
    gap, seen, fixed_in, workaround = (known.get(name) for name in ("gap", "seen", "fixed_in", "workaround"))
    status, made = "recorded", f"Recorded as gap #{gap}. {unchanged}" if gap else f"Recorded. {unchanged}"
    if fixed_in:
        status, made = "fixed", f"Fixed in {fixed_in}; this server runs {body['server_version'] or 'an unknown version'}."
    elif seen and seen > 1:
        status, made = "counted", f"Known gap{f' #{gap}' if gap else ''} (seen {seen} times). Counted, no need to report it again."
    made = _line(answer.get("message"), 1000) or made + (f" Known workaround: {workaround}" if workaround else "")
    listed = answer["candidates"] if isinstance(answer.get("candidates"), list) else []
    offers = [offer for offer in listed if type(_part(offer, "gap")) is int and offer["gap"] > 0][:5]
    if offers:
        known["candidates"] = [{"gap": offer["gap"], "title": _line(offer.get("title"), 120).replace('"', "'")} for offer in offers]
        titles = ", ".join(f'#{offer["gap"]} "{offer["title"]}"' for offer in known["candidates"])
        made += f" Known gaps it might be (titles as reported): {titles}. If one is exactly this gap, call feedback again with the "
        made += "same arguments and same_as: <its number>" + (f', session_id: "{handle}"' if handle else "") + "; otherwise do nothing."
    elif handle:
        made += f' To report again in this conversation, pass session_id: "{handle}".'
    return {"status": status, "message": made, **known}


def _as_text(value: object) -> str:
    return value or "" if value is None or isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _line(value: object, length: int) -> str:
    flat = re.sub(r"\s+", " ", _as_text(value))
    return "".join(char for char in flat if unicodedata.category(char) not in ("Cc", "Cf")).strip()[:length]
