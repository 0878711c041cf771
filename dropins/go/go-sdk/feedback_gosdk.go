package feedback

// For servers on github.com/modelcontextprotocol/go-sdk, 1.0 and later. Copy this file and ../*.go into a folder `feedback` of your
// module, then:
//
//	s := mcp.NewServer(&mcp.Implementation{Name: "my-server", Version: "1.0.0"}, &mcp.ServerOptions{Instructions: feedback.Instructions})
//	feedback.RegisterFeedbackTool(s, "my-server")

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// RegisterFeedbackTool adds the tool. With no options the environment says where reports go.
func RegisterFeedbackTool(s *mcp.Server, serverName string, opts ...*Options) {
	s.AddTool(NewFeedbackTool(), NewFeedbackHandler(s, serverName, opts...))
}

// NewFeedbackTool is the tool as it is listed.
func NewFeedbackTool() *mcp.Tool {
	no, yes := false, true
	return &mcp.Tool{
		Name:        ToolName,
		Description: ToolDescription,
		InputSchema: json.RawMessage(ToolInputSchema),
		Annotations: &mcp.ToolAnnotations{DestructiveHint: &no, IdempotentHint: true, OpenWorldHint: &yes},
		Meta:        mcp.Meta{"anthropic/alwaysLoad": true}, // not to be hidden behind a search for tools
	}
}

// NewFeedbackHandler is what a call of the tool does.
func NewFeedbackHandler(s *mcp.Server, serverName string, opts ...*Options) mcp.ToolHandler {
	var options *Options
	if len(opts) > 0 {
		options = opts[0]
	}
	if serverName == "" {
		serverName = ofServer(s, "Name")
	}
	// The server's way to answer, to ask it for its tools; nothing is put in between.
	var answer mcp.MethodHandler
	s.AddReceivingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
		answer = next
		return next
	})
	return func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		call := Call{ServerVersion: ofServer(s, "Version"), Tools: listedTools(ctx, answer, request), Meta: request.Params.Meta}
		if request.Extra != nil && len(request.Extra.Header) > 0 {
			call.HTTP = true
			call.UserAgent = request.Extra.Header.Get("User-Agent")
			call.TransportSession = request.Extra.Header.Get("Mcp-Session-Id")
		}
		if start := request.Session.InitializeParams(); start != nil && start.ClientInfo != nil {
			call.Client = Client{start.ClientInfo.Name, start.ClientInfo.Version}
		}
		reply := Submit(Arguments(request.Params.Arguments), serverName, call, options)
		return &mcp.CallToolResult{
			Content:           []mcp.Content{&mcp.TextContent{Text: reply.Text}},
			StructuredContent: reply.Structured,
			IsError:           reply.IsError,
		}, nil
	}
}

func listedTools(ctx context.Context, answer mcp.MethodHandler, request *mcp.CallToolRequest) []Tool {
	tools, params := []Tool{}, &mcp.ListToolsParams{}
	for page := 0; page < 50; page++ {
		result, err := answer(ctx, "tools/list", &mcp.ListToolsRequest{Session: request.Session, Extra: request.Extra, Params: params})
		listed, ok := result.(*mcp.ListToolsResult)
		if err != nil || !ok {
			break
		}
		for _, entry := range listed.Tools {
			tool := Tool{Name: entry.Name}
			if data, err := json.Marshal(entry); err == nil {
				_ = json.Unmarshal(data, &tool)
			}
			tools = append(tools, tool)
		}
		if listed.NextCursor == "" {
			break
		}
		params = &mcp.ListToolsParams{Cursor: listed.NextCursor}
	}
	return tools
}

// A private field: this SDK tells a server's name and version to clients only.
func ofServer(s *mcp.Server, field string) string {
	known := reflect.ValueOf(s).Elem().FieldByName("impl")
	if known.IsValid() && known.Kind() == reflect.Pointer && !known.IsNil() && known.Elem().Kind() == reflect.Struct {
		if value := known.Elem().FieldByName(field); value.IsValid() && value.Kind() == reflect.String {
			return value.String()
		}
	}
	return ""
}
