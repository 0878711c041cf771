package feedback

// For servers on github.com/mark3labs/mcp-go, 0.58 and later. Copy this file and ../*.go into a folder `feedback` of your module, then:
//
//	s := server.NewMCPServer("my-server", "1.0.0", server.WithInstructions(feedback.Instructions))
//	feedback.RegisterFeedbackTool(s, "my-server")

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// RegisterFeedbackTool adds the tool. With no options the environment says where reports go.
func RegisterFeedbackTool(s *server.MCPServer, serverName string, opts ...*Options) {
	s.AddTool(NewFeedbackTool(), NewFeedbackHandler(serverName, opts...))
}

// NewFeedbackTool is the tool as it is listed.
func NewFeedbackTool() mcp.Tool {
	tool := mcp.NewToolWithRawSchema(ToolName, ToolDescription, json.RawMessage(ToolInputSchema))
	no, yes := false, true
	tool.Annotations = mcp.ToolAnnotation{ReadOnlyHint: &no, DestructiveHint: &no, IdempotentHint: &yes, OpenWorldHint: &yes}
	tool.Meta = mcp.NewMetaFromMap(map[string]any{"anthropic/alwaysLoad": true}) // not to be hidden behind a search for tools
	return tool
}

// NewFeedbackHandler is what a call of the tool does.
func NewFeedbackHandler(serverName string, opts ...*Options) server.ToolHandlerFunc {
	var options *Options
	if len(opts) > 0 {
		options = opts[0]
	}
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		s, session := server.ServerFromContext(ctx), server.ClientSessionFromContext(ctx)
		call := Call{UserAgent: request.Header.Get("User-Agent"), HTTP: len(request.Header) > 0}
		if request.Params.Meta != nil {
			call.Meta = request.Params.Meta.AdditionalFields
		}
		if session != nil && session.SessionID() != "stdio" {
			call.TransportSession = session.SessionID()
		}
		if known, ok := session.(server.SessionWithClientInfo); ok {
			call.Client = Client{known.GetClientInfo().Name, known.GetClientInfo().Version}
		}
		name := serverName
		if s != nil {
			call.Tools, call.ServerVersion = listedTools(s), ofServer(s, "version")
			if name == "" {
				name = ofServer(s, "name")
			}
		}
		reply := Submit(arguments(request), name, call, options)
		return &mcp.CallToolResult{
			Content:           []mcp.Content{mcp.NewTextContent(reply.Text)},
			StructuredContent: reply.Structured,
			IsError:           reply.IsError,
		}, nil
	}
}

func arguments(request mcp.CallToolRequest) map[string]any {
	if raw := request.Params.RawArguments; len(raw) > 0 {
		return Arguments(raw)
	}
	return request.GetArguments() // called in this process
}

func listedTools(s *server.MCPServer) []Tool {
	listed := s.ListTools()
	tools := []Tool{}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		tool := Tool{Name: name}
		if data, err := json.Marshal(listed[name].Tool); err == nil {
			_ = json.Unmarshal(data, &tool)
		}
		tools = append(tools, tool)
	}
	return tools
}

// A private field: this SDK tells a server's name and version to clients only.
func ofServer(s *server.MCPServer, field string) string {
	if value := reflect.ValueOf(s).Elem().FieldByName(field); value.IsValid() && value.Kind() == reflect.String {
		return value.String()
	}
	return ""
}
