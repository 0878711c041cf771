// Package feedback is the PatchworkMCP feedback tool for Go MCP servers. Copy into one folder `feedback` of your module: this file
// (what is sent and what is replied), feedback_delivery.go (how it gets there), both of which need the standard library only, and
// the file for your SDK, whose head shows the two lines to add to your server:
//
//   - mcp-go/feedback_mcpgo.go for github.com/mark3labs/mcp-go
//   - go-sdk/feedback_gosdk.go for github.com/modelcontextprotocol/go-sdk
//
// They add nothing to your other tools, never write to stdout and never follow a redirect.
//
// It sends what the agent wrote about the gap (secrets and e-mail addresses taken out), names and versions of your server and of
// the client, the names of your tools, a hash of them with their parameters, the model if known, and a hash of the session: to
// PATCHWORKMCP_URL (with PATCHWORKMCP_API_KEY and PATCHWORKMCP_SERVER_SLUG) if set, else to FEEDBACK_SIDECAR_URL (with
// FEEDBACK_API_KEY), else to http://localhost:8099. What cannot be delivered becomes a line on stderr and, if PATCHWORKMCP_SPOOL
// names a folder, a file there that the next success sends.
package feedback

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	ToolName        = "feedback"
	ToolDescription = "Report a gap in THIS server's tools to its maintainers: no listed tool does what the task needs, a needed parameter is missing, " +
		"or results came back incomplete or in an unusable format. Check the tool list first; report each gap once, then continue the " +
		"task. Not for: your own input errors (fix and retry), timeouts or rate limits, permission refusals, other servers. Describe the " +
		"need generically: no names, secrets, file contents or user text."
	Instructions = "If you are about to say something cannot be done, or you worked around these tools, call `feedback` once for that gap before " +
		"your final answer, then finish the task with what is available."
	// ToolInputSchema is listed as it stands; a value of another type does not lose the report.
	ToolInputSchema = `{"type": "object", "properties": {
  "what_i_needed": {"type": "string", "description": "What is missing. Good: \"no way to filter get_costs by run_id\". Bad: \"the tool was bad\"."},
  "what_i_tried": {"type": "string", "description": "Tools called and what came back. Good: \"get_costs: 412 rows, no filter\". Bad: \"everything\"."},
  "gap_type": {"type": "string", "description": "The kind of gap.", "enum": ["missing_tool", "incomplete_results", "missing_parameter", "wrong_format", "other"]},
  "suggestion": {"type": "string", "description": "What would close the gap. Good: \"optional run_id on get_costs\". Bad: \"make it better\"."},
  "user_goal": {"type": "string", "description": "The task, generically. Good: \"compare the costs of two runs\". Bad: the words of the user."},
  "resolution": {"type": "string", "description": "How the task went on.", "enum": ["blocked", "worked_around", "partial"]},
  "tools_available": {"type": "array", "items": {"type": "string"}, "description": "Leave out: the server knows its tools."},
  "agent_model": {"type": "string", "description": "Your exact model id. Leave out if unsure."},
  "session_id": {"type": "string", "description": "Only a session_id that an earlier reply of this tool gave you."},
  "client_type": {"type": "string", "description": "Leave out: the protocol tells it."},
  "same_as": {"type": "integer", "description": "Only when a reply offered known gaps: the number of this very gap."}
}, "required": ["what_i_needed", "what_i_tried", "gap_type"]}`

	userAgent = "PatchworkMCP-Go/2.0"
)

var (
	gapTypes    = []string{"missing_tool", "incomplete_results", "missing_parameter", "wrong_format", "other"}
	resolutions = []string{"blocked", "worked_around", "partial"}
)

// Options go before the environment.
type Options struct {
	PatchworkURL, SidecarURL, APIKey, ServerSlug string
	// Log takes the line about an undelivered report instead of stderr.
	Log func(line string)
}

// Call is what the server knows of itself and of one call; RegisterFeedbackTool takes it from the SDK.
type Call struct {
	ServerVersion string
	Tools         []Tool
	Client        Client
	UserAgent     string
	// Meta is `_meta` of the request. HTTP says that one process serves many sessions; TransportSession is the Mcp-Session-Id.
	Meta             map[string]any
	TransportSession string
	HTTP             bool
}

// Tool is what a report says of one of the server's tools; JSON of any SDK's tool is read into it.
type Tool struct {
	Name        string `json:"name"`
	InputSchema struct {
		Properties map[string]any `json:"properties"`
	} `json:"inputSchema"`
}

// Client is who calls, as the client itself says.
type Client struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Reply is what the agent is told: Text, and the same in Structured.
type Reply struct {
	Text       string
	IsError    bool
	Structured map[string]any
}

type payload struct {
	ServerName     string   `json:"server_name,omitempty"`
	ServerSlug     string   `json:"server_slug,omitempty"`
	WhatINeeded    string   `json:"what_i_needed"`
	WhatITried     string   `json:"what_i_tried"`
	GapType        string   `json:"gap_type"`
	Suggestion     string   `json:"suggestion"`
	UserGoal       string   `json:"user_goal"`
	Resolution     string   `json:"resolution"`
	ToolsAvailable []string `json:"tools_available"`
	AgentModel     string   `json:"agent_model"`
	SessionID      string   `json:"session_id"`
	ClientType     string   `json:"client_type"`
	ServerVersion  string   `json:"server_version"`
	ClientVersion  string   `json:"client_version"`
	ReportID       string   `json:"report_id"`
	SurfaceHash    string   `json:"surface_hash"`
	SessionSource  string   `json:"session_source"`
	SameAs         int      `json:"same_as,omitempty"`
}

// SendFeedback sends one report and says what happened to it. The end of ctx does not end it: a cancelled call is no reason to lose
// the report.
func SendFeedback(_ context.Context, args map[string]any, serverName string, opts *Options) string {
	return Submit(args, serverName, Call{}, opts).Text
}

// Submit is SendFeedback for those who know more about the call.
func Submit(args map[string]any, serverName string, call Call, opts *Options) Reply {
	if opts == nil {
		opts = &Options{}
	}
	for _, field := range []string{"what_i_needed", "what_i_tried"} {
		if strings.TrimSpace(asText(args[field])) == "" {
			return reply("rejected", "Not recorded: "+field+" is missing. Add it and call feedback again.", map[string]any{})
		}
	}
	in := sessionOf(args, call)

	number, _ := strconv.ParseFloat(strings.Replace(asText(args["same_as"]), "#", "", 1), 64)
	mu.Lock()
	made := offered.values[in.id]
	chosen := slices.ContainsFunc(made.gaps, func(gap candidate) bool { return float64(gap.Gap) == number })
	if chosen {
		delete(offered.values, in.id)
	}
	mu.Unlock()
	if chosen {
		made.body.SameAs = int(number)
		return replyTo(deliver(made.body, opts), made.body, in)
	}

	body := payloadFromArgs(args, serverName, call, in, targetOf(opts))
	content, share := body, in.id
	content.ReportID, content.SessionID, content.SessionSource = "", "", ""
	if in.handle != "" {
		share = ""
	}
	key := hash(share + "\n" + encode(content))
	mu.Lock()
	now := reported.values[key]
	if now == nil {
		now = &sent{body: body, at: time.Now()}
	}
	reported.remember(key, now)
	mu.Unlock()
	now.mu.Lock() // another call with the same content waits here for the outcome
	defer now.mu.Unlock()
	// Calls without a session to share are taken for one loop within ten minutes only.
	if in.handle != "" && time.Since(now.at) > 10*time.Minute {
		now.body, now.outcome = body, outcome{}
	}
	if now.outcome.refusal != "" {
		return replyTo(now.outcome, now.body, in)
	}
	if now.outcome.answer != nil {
		return reply("repeated", "Already reported in this session. Go on with the tools you have.", map[string]any{})
	}
	now.outcome, now.at = deliver(now.body, opts), time.Now()
	if gaps := candidates(now.outcome.answer); len(gaps) > 0 {
		mu.Lock()
		offered.remember(in.id, offer{now.body, gaps})
		mu.Unlock()
	}
	return replyTo(now.outcome, now.body, in)
}

// Arguments reads the arguments of a call as they came: what is not text keeps its JSON.
func Arguments(raw json.RawMessage) map[string]any {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal(raw, &fields)
	args := map[string]any{}
	for name, value := range fields {
		var text string
		if json.Unmarshal(value, &text) == nil { // also null, as the empty text
			args[name] = text
		} else {
			args[name] = value
		}
	}
	return args
}

// The request's body: always all fields, the empty text for what is not known.
func payloadFromArgs(args map[string]any, server string, call Call, in session, to target) payload {
	clean := func(value any, length int) string { return clip(redact(clip(asText(value), 20_000), to.key), length) }
	client := call.Client
	// A request that names its protocol revision names its client too; what an earlier one said does not count.
	if call.Meta["io.modelcontextprotocol/protocolVersion"] != nil {
		info, _ := call.Meta["io.modelcontextprotocol/clientInfo"].(map[string]any)
		client = Client{asText(info["name"]), asText(info["version"])}
	}
	if agent := agentName.FindStringSubmatch(call.UserAgent); client.Name == "" && agent != nil {
		client = Client{agent[1], agent[2]}
	} else if client.Name == "" {
		client = Client{Name: asText(args["client_type"])}
	}
	model := args["agent_model"]
	if turn, ok := call.Meta["x-codex-turn-metadata"].(map[string]any); ok && asText(turn["model"]) != "" {
		model = turn["model"]
	}
	names, signatures := []string{}, []string{}
	for _, tool := range call.Tools {
		if tool.Name != ToolName {
			parameters := []string{}
			for name := range tool.InputSchema.Properties {
				parameters = append(parameters, name)
			}
			slices.Sort(parameters)
			names = append(names, tool.Name)
			signatures = append(signatures, tool.Name+"("+strings.Join(parameters, ",")+")")
		}
	}
	surface := ""
	if len(names) > 0 {
		slices.Sort(signatures)
		surface = hash(strings.Join(signatures, "\n"))
	} else {
		names = append(names, nameInText.FindAllString(redact(asText(args["tools_available"]), to.key), -1)...)
	}
	body := payload{
		WhatINeeded:    clean(args["what_i_needed"], 10_000),
		WhatITried:     clean(args["what_i_tried"], 10_000),
		GapType:        cmp.Or(word(args["gap_type"], gapTypes), "other"),
		Suggestion:     clean(args["suggestion"], 10_000),
		UserGoal:       clean(args["user_goal"], 10_000),
		Resolution:     word(args["resolution"], resolutions),
		ToolsAvailable: names[:min(len(names), 200)],
		AgentModel:     clean(model, 200),
		SessionID:      in.id,
		ClientType:     clean(client.Name, 200),
		ServerVersion:  clean(call.ServerVersion, 200),
		ClientVersion:  clean(client.Version, 200),
		ReportID:       ulid(),
		SurfaceHash:    surface,
		SessionSource:  in.source,
	}
	if name := clean(cmp.Or(to.slug, server, "unknown"), 200); to.hosted {
		body.ServerSlug = name
	} else {
		body.ServerName = name
	}
	return body
}

type session struct{ id, source, handle string }

var (
	ofProcess = newHandle()
	ofHost    = []string{"vscode.conversationId", "openai/session", "threadId", "sessionId", "ai.opencode/sessionID", "antigravity.google/conversation_id"}
)

// The first handle of the conversation that is known, hashed; `handle` only if it had to be made for this one call.
func sessionOf(args map[string]any, call Call) session {
	handles := [][2]string{}
	for _, key := range ofHost {
		handle, _ := call.Meta[key].(string)
		handles = append(handles, [2]string{key, handle})
	}
	if !call.HTTP {
		for _, key := range []string{"CLAUDE_CODE_SESSION_ID", "GROK_SESSION_ID"} {
			handles = append(handles, [2]string{key, os.Getenv(key)})
		}
	}
	if trace := traceparent.FindStringSubmatch(asText(call.Meta["traceparent"])); trace != nil && strings.Trim(trace[1], "0") != "" {
		handles = append(handles, [2]string{"traceparent", trace[1]})
	}
	handles = append(handles, [2]string{"mcp-session-id", call.TransportSession})
	if given := strings.TrimSpace(asText(args["session_id"])); len([]rune(given)) >= 8 {
		source := "session_id"
		if strings.HasPrefix(given, "fbk_") {
			source = "minted"
		}
		handles = append(handles, [2]string{source, given})
	}
	if !call.HTTP {
		handles = append(handles, [2]string{"minted", ofProcess})
	}
	for _, handle := range handles {
		if handle[1] != "" {
			return session{id: hash(handle[1]), source: handle[0]}
		}
	}
	made := newHandle()
	return session{hash(made), "minted", made}
}

// Each keeps its group.
var secrets = []*regexp.Regexp{
	pattern(`()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)`),
	pattern(`()\b(?:gh[pousr]_|github_pat_|glpat-|sk-|[sr]k_live_|[sr]k_test_|xox[abeoprs]-|hf_|npm_|pypi-|AIza)[\w-]{16,}`),
	pattern(`()\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|(?:eyJ|pw_)[\w-]{8,1000}\.[\w-]{8,1000}\.[\w-]{0,1000})`),
	pattern(`(?i)\b([a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:)[^\s/@]{1,200}@`),
	pattern(`(?i)\b((?:bearer|authorization["']?[\s]*[:=][\s]*["']?basic)[\s]+)[\w.~+/=-]{16,}`),
	pattern(`(?i)((?:authorization|(?:api|access|secret|private)[_-]?key|token|secret|password|passwd|pwd|cookie)["']?[\s]*[:=][\s]*["']?)` +
		`[^\s"',;[0-9]{0,64}[0-9][^\s"',;]{3,}`),
	pattern(`()\b[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b`),
}

var (
	agentName   = pattern(`^([^\s/]+)(?:/([^\s]+))?`)
	nameInText  = pattern(`[\w./-]{1,128}`)
	traceparent = pattern(`^[0-9a-f]{2}-([0-9a-f]{32})-`)
	blanks      = pattern(`[\s]+`)
	invisible   = pattern(`[\p{Cc}\p{Cf}]`)
)

// White space is that of Unicode; Go's own \s is ASCII.
func pattern(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(text, `\s`, `\s\v\pZ\x{FEFF}`))
}

func redact(text, key string) string {
	if len(key) >= 8 {
		text = strings.ReplaceAll(text, key, "[redacted]")
	}
	for _, secret := range secrets {
		text = secret.ReplaceAllString(text, "${1}[redacted]")
	}
	return text
}

func hash(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }

func clip(text string, length int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), length)])
}

func asText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	}
	return encode(value)
}

func word(value any, words []string) string {
	given := strings.Map(func(letter rune) rune {
		if letter == '-' || unicode.IsSpace(letter) {
			return '_'
		}
		return unicode.ToLower(letter)
	}, strings.TrimSpace(asText(value)))
	if slices.Contains(words, given) {
		return given
	}
	return ""
}

func encode(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n")
}
