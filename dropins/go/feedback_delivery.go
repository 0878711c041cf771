package feedback

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"math"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

type target struct {
	url, key, slug string
	hosted         bool
}

// Each address goes with its own key, so that neither key can reach the other's server.
func targetOf(opts *Options) target {
	hosted := opts.PatchworkURL
	if hosted == "" && opts.SidecarURL == "" {
		hosted = os.Getenv("PATCHWORKMCP_URL")
	}
	if hosted != "" {
		key := cmp.Or(opts.APIKey, os.Getenv("PATCHWORKMCP_API_KEY"))
		slug := cmp.Or(opts.ServerSlug, os.Getenv("PATCHWORKMCP_SERVER_SLUG"))
		return target{strings.TrimRight(hosted, "/") + "/api/v1/feedback/", strings.TrimSpace(key), slug, true}
	}
	base := cmp.Or(opts.SidecarURL, os.Getenv("FEEDBACK_SIDECAR_URL"), "http://localhost:8099")
	key := cmp.Or(opts.APIKey, os.Getenv("FEEDBACK_API_KEY"))
	return target{strings.TrimRight(base, "/") + "/api/feedback", strings.TrimSpace(key), "", false}
}

type outcome struct {
	reason  string
	answer  map[string]any // of a 201
	refusal string         // why it will never be taken
	again   bool           // another attempt makes sense, after so many seconds
	after   float64
	spooled bool
}

// Three attempts; what cannot be delivered is logged and spooled.
func deliver(body payload, opts *Options) outcome {
	to, data := targetOf(opts), encode(body)
	result := post(to, data)
	for _, backoff := range []float64{0.5, 1} {
		if !result.again || result.after > 5 {
			break
		}
		seconds := max(backoff*(0.8+0.4*mrand.Float64()), result.after)
		time.Sleep(time.Duration(seconds * float64(time.Second)))
		result = post(to, data)
	}
	folder := os.Getenv("PATCHWORKMCP_SPOOL")
	if result.answer != nil {
		if folder != "" {
			background.Add(1)
			go func() {
				defer background.Done()
				sendSpooled(folder, to)
			}()
		}
		return result
	}
	if folder != "" && result.refusal == "" {
		result.spooled = spool(folder, body.ReportID, data)
	}
	line := "PATCHWORKMCP_UNSENT_FEEDBACK reason=" + result.reason + " payload=" + data
	if opts.Log == nil {
		fmt.Fprintln(os.Stderr, line)
	} else {
		func() {
			defer func() { _ = recover() }() // a broken logger is no reason to end the server
			opts.Log(line)
		}()
	}
	return result
}

var (
	// A transport knows nothing of redirects, so that the key stays where it belongs.
	transport = &http.Transport{
		Proxy:           http.ProxyFromEnvironment,
		DialContext:     (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
		IdleConnTimeout: time.Minute,
	}
	inHeader   = regexp.MustCompile(`^[ -~]*$`)
	reportFile = regexp.MustCompile(`^[0-9A-Z]{26}\.json$`)
)

// One attempt: 2 s to connect, 5 s in all.
func post(to target, data string) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, strings.NewReader(data))
	if err != nil || request.URL.Host == "" || !slices.Contains([]string{"http", "https"}, request.URL.Scheme) || !inHeader.MatchString(to.key) {
		return outcome{reason: "bad_configuration"}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", userAgent)
	if to.key != "" {
		request.Header.Set("Authorization", "Bearer "+to.key)
	}
	var text []byte
	response, err := transport.RoundTrip(request)
	if err == nil {
		defer response.Body.Close()
		text, err = io.ReadAll(io.LimitReader(response.Body, 65_537))
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return outcome{reason: "timeout"}
	case err != nil:
		return outcome{reason: "unreachable", again: true}
	case len(text) > 65_536:
		return outcome{reason: "bad_answer"}
	}
	reason := fmt.Sprint("status_", response.StatusCode)
	answer := object(text)
	switch code := response.StatusCode; {
	case code == 201 && answer == nil:
		return outcome{reason: "bad_answer"}
	case code == 201:
		return outcome{reason: reason, answer: answer}
	case slices.Contains([]int{400, 409, 413, 422}, code):
		problem, _ := answer["error"].(map[string]any)
		return outcome{reason: reason, refusal: cmp.Or(line(problem["message"], 300), reason+".")}
	case code == 429 || code >= 500:
		after, _ := strconv.ParseFloat(response.Header.Get("Retry-After"), 64)
		if math.IsNaN(after) {
			after = 0 // as if absent, or a date
		}
		return outcome{reason: reason, again: true, after: after}
	}
	return outcome{reason: reason}
}

var (
	background sync.WaitGroup
	sending    sync.Mutex
)

// Flush waits until what was spooled is sent, which happens in the background: for a process that is about to end.
func Flush() { background.Wait() }

// False when 500 reports wait, so that a dead endpoint does not fill the disk.
func spool(folder, id, data string) bool {
	_ = os.MkdirAll(folder, 0o700)
	waiting, err := os.ReadDir(folder)
	if err != nil || len(waiting) >= 500 {
		return false
	}
	file := filepath.Join(folder, id+".json")
	return os.WriteFile(file+".part", []byte(data), 0o600) == nil && os.Rename(file+".part", file) == nil
}

// One attempt each; the first that cannot be delivered waits, with the rest, for the next success.
func sendSpooled(folder string, to target) {
	sending.Lock()
	defer sending.Unlock()
	waiting, _ := os.ReadDir(folder)
	for _, entry := range waiting {
		if !reportFile.MatchString(entry.Name()) {
			continue
		}
		file := filepath.Join(folder, entry.Name())
		data, err := os.ReadFile(file)
		if err != nil {
			return
		}
		if object(data) != nil {
			if result := post(to, string(data)); result.answer == nil && result.refusal == "" {
				return
			}
		}
		_ = os.Remove(file)
	}
}

func reply(status, message string, more map[string]any) Reply {
	more["status"], more["message"] = status, message
	return Reply{Text: message, IsError: status == "rejected", Structured: more}
}

const unchanged = "Nothing changed in this session: no new tools were added. Continue with the tools you have and tell the user what could not be done."

// The endpoint's own sentence if it sent one, else the truth in the words of its answer.
func replyTo(result outcome, body payload, in session) Reply {
	more := map[string]any{"report_id": body.ReportID}
	if in.handle != "" {
		more["session_id"] = in.handle
	}
	switch {
	case result.refusal != "":
		return reply("rejected", "Not recorded: "+result.refusal+" Correct it and call feedback again, or go on.", more)
	case result.spooled:
		return reply("queued", "Saved locally, not sent yet ("+result.reason+"). "+unchanged, more)
	case result.answer == nil:
		return reply("unsent", "Not delivered ("+result.reason+"); it is in this server's log. "+unchanged, more)
	}
	gap, seen := whole(result.answer["gap"]), whole(result.answer["seen"])
	for key, number := range map[string]*int{"gap": gap, "seen": seen} {
		if number != nil {
			more[key] = *number
		}
	}
	for _, key := range []string{"workaround", "fixed_in", "url"} {
		if text := line(result.answer[key], 500); text != "" {
			more[key] = text
		}
	}
	known := candidates(result.answer)
	if len(known) > 0 {
		more["candidates"] = known
	}
	number := ""
	if gap != nil && *gap != 0 {
		number = fmt.Sprint(" #", *gap)
	}
	status, text := "recorded", "Recorded. "+unchanged
	switch fixed := more["fixed_in"]; {
	case fixed != nil:
		status, text = "fixed", fmt.Sprintf("Fixed in %s; this server runs %s.", fixed, cmp.Or(body.ServerVersion, "an unknown version"))
	case seen != nil && *seen > 1:
		status, text = "counted", fmt.Sprintf("Known gap%s (seen %d times). Counted, no need to report it again.", number, *seen)
	case number != "":
		text = "Recorded as gap" + number + ". " + unchanged
	}
	if way := more["workaround"]; way != nil {
		text += fmt.Sprint(" Known workaround: ", way)
	}
	return reply(status, cmp.Or(line(result.answer["message"], 1000), text)+invitation(known, in.handle), more)
}

func invitation(known []candidate, handle string) string {
	if len(known) == 0 {
		if handle == "" {
			return ""
		}
		return fmt.Sprintf(` To report again in this conversation, pass session_id: "%s".`, handle)
	}
	list, how := []string{}, "call feedback again with the same arguments and same_as: <its number>"
	for _, gap := range known {
		list = append(list, fmt.Sprintf(`#%d "%s"`, gap.Gap, gap.Title))
	}
	if handle != "" {
		how += `, session_id: "` + handle + `"`
	}
	return fmt.Sprintf(" Known gaps it might be (titles as reported): %s. If one is exactly this gap, %s; otherwise do nothing.", strings.Join(list, ", "), how)
}

type candidate struct {
	Gap   int    `json:"gap"`
	Title string `json:"title"`
}

func candidates(answer map[string]any) []candidate {
	known := []candidate{}
	list, _ := answer["candidates"].([]any)
	for _, entry := range list {
		fields, _ := entry.(map[string]any)
		if gap := whole(fields["gap"]); gap != nil && *gap > 0 && len(known) < 5 {
			known = append(known, candidate{*gap, strings.ReplaceAll(line(fields["title"], 120), `"`, "'")})
		}
	}
	return known
}

// One visible line.
func line(value any, length int) string {
	return clip(strings.TrimSpace(invisible.ReplaceAllString(blanks.ReplaceAllString(asText(value), " "), "")), length)
}

func whole(value any) *int {
	if number, ok := value.(float64); ok && number == math.Trunc(number) && math.Abs(number) < 1<<53 {
		whole := int(number)
		return &whole
	}
	return nil
}

// The JSON object, nil if it is anything else.
func object(data []byte) map[string]any {
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return nil
	}
	return fields
}

// Of this process: what was reported, by session and content, and which known gaps a session was offered.
var (
	mu       sync.Mutex
	reported = memory[*sent]{values: map[string]*sent{}}
	offered  = memory[offer]{values: map[string]offer{}}
)

type sent struct {
	mu      sync.Mutex // held while it is on its way
	body    payload
	at      time.Time
	outcome outcome
}
type offer struct {
	body payload
	gaps []candidate
}
type memory[T any] struct {
	keys   []string
	values map[string]T
}

func (m *memory[T]) remember(key string, value T) {
	m.keys = append(slices.DeleteFunc(m.keys, func(known string) bool { return known == key }), key)
	m.values[key] = value
	if len(m.keys) > 500 {
		delete(m.values, m.keys[0])
		m.keys = m.keys[1:]
	}
}

func newHandle() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("fbk_%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// 48 bits of milliseconds and 80 random ones in Crockford's base 32.
func ulid() string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	id, rest := make([]byte, 10), make([]byte, 10)
	for place, now := 9, time.Now().UnixMilli(); place >= 0; place, now = place-1, now>>5 {
		id[place] = digits[now&31]
	}
	_, _ = rand.Read(rest)
	return string(id) + base32.NewEncoding(digits).EncodeToString(rest)
}
