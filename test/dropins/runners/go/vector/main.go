// The runner of dropins/vectors/README.md for the Go drop-in.
package main

import (
	"encoding/json"
	"os"

	"runner/feedback"
)

func main() {
	var input struct {
		ServerName string `json:"server_name"`
		Calls      []struct {
			Arguments json.RawMessage `json:"arguments"`
			Context   struct {
				ServerVersion    string          `json:"server_version"`
				Tools            []feedback.Tool `json:"tools"`
				Client           feedback.Client `json:"client"`
				UserAgent        string          `json:"user_agent"`
				Meta             map[string]any  `json:"meta"`
				TransportSession string          `json:"transport_session"`
				HTTP             bool            `json:"http"`
			} `json:"context"`
		} `json:"calls"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		panic(err)
	}
	replies := []map[string]any{}
	for _, call := range input.Calls {
		reply := feedback.Submit(feedback.Arguments(call.Arguments), input.ServerName, feedback.Call(call.Context), nil)
		replies = append(replies, map[string]any{"text": reply.Text, "is_error": reply.IsError, "structured": reply.Structured})
	}
	feedback.Flush()
	if err := json.NewEncoder(os.Stdout).Encode(replies); err != nil {
		panic(err)
	}
}
