// A server on mark3labs/mcp-go with the drop-in, as a user would write it: `stdio|sessions|http [bare]`.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"runner/feedback"
)

func main() {
	s := server.NewMCPServer("matrix", "1.3.2", server.WithInstructions(feedback.Instructions))
	echo := mcp.NewTool("echo", mcp.WithDescription("Says it again."),
		mcp.WithString("text", mcp.Required(), mcp.Description("What to say.")), mcp.WithNumber("times"))
	s.AddTool(echo, func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(request.GetString("text", "")), nil
	})
	if len(os.Args) < 3 {
		feedback.RegisterFeedbackTool(s, "matrix-server")
	}

	if os.Args[1] == "stdio" {
		if err := server.ServeStdio(s); err != nil {
			log.Fatal(err)
		}
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	handler := server.NewStreamableHTTPServer(s, server.WithStateLess(os.Args[1] == "http"))
	log.Fatal(http.Serve(listener, handler))
}
