// A server on modelcontextprotocol/go-sdk with the drop-in, as a user would write it: `stdio|sessions|http [bare]`.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"runner/feedback"
)

type echo struct {
	Text  string `json:"text" jsonschema:"What to say."`
	Times int    `json:"times,omitempty"`
}

func main() {
	implementation := &mcp.Implementation{Name: "matrix", Version: "1.3.2"}
	s := mcp.NewServer(implementation, &mcp.ServerOptions{Instructions: feedback.Instructions})
	mcp.AddTool(s, &mcp.Tool{Name: "echo", Description: "Says it again."},
		func(_ context.Context, _ *mcp.CallToolRequest, in echo) (*mcp.CallToolResult, any, error) {
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: in.Text}}}, nil, nil
		})
	if len(os.Args) < 3 {
		feedback.RegisterFeedbackTool(s, "matrix-server")
	}

	if os.Args[1] == "stdio" {
		if err := s.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
			log.Fatal(err)
		}
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	options := &mcp.StreamableHTTPOptions{Stateless: os.Args[1] == "http"}
	log.Fatal(http.Serve(listener, mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, options)))
}
