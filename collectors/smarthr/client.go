package smarthr

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// client asks SmartHR.
type client struct {
	api   string // with a slash at its end
	token func() (secret, error)
	http  *http.Client
	log   *slog.Logger
	sleep func(ctx context.Context, d time.Duration) error

	mu    sync.Mutex
	pause time.Duration // what the last answer asks to wait for before the next request
}

// answer is one response.
type answer struct {
	status int
	header http.Header
	data   gjson.Result // an array
	total  int64        // how many elements the whole list has: x-total-count
	next   bool         // there is a page after this one
	paged  bool         // the answer says whether there is
	origin evidence.Origin
}

// maxAnswer bounds what is read of one answer: a hundred people.
const maxAnswer = 64 << 20

// crews asks for one page of the list of employees.
func (c *client) crews(ctx context.Context, q url.Values) (answer, error) {
	request := "crews?" + q.Encode()
	label := "GET " + request
	for attempt := 1; ; attempt++ {
		a, err := c.once(ctx, request)
		if err == nil {
			a.origin.Request = label
			return a, nil
		}
		if ctx.Err() != nil {
			return a, errors.Join(ctx.Err(), err)
		}
		wait, again := again(err, a, attempt)
		if !again {
			return a, fmt.Errorf("%s: %w", label, err)
		}
		c.log.Info("SmartHR is asked again", "request", label, "in", wait, "because", err)
		if err := c.sleep(ctx, wait); err != nil {
			return a, err
		}
	}
}

func (c *client) once(ctx context.Context, request string) (answer, error) {
	if err := c.rest(ctx); err != nil {
		return answer{}, err
	}
	token, err := c.token()
	if err != nil {
		return answer{}, &loginError{err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+request, nil)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "evidence")
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return a, fmt.Errorf("read the answer: %w", err)
	case len(body) > maxAnswer:
		return a, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	case resp.StatusCode != http.StatusOK:
		return a, refusalOf(resp.StatusCode, body)
	}
	c.note(resp.Header)
	return a, a.read(body)
}

// errCut: an answer that is not a list, most likely because it was cut off.
var errCut = errors.New("the answer is not a list in JSON: it was cut off, or something else than SmartHR answered")

func (a *answer) read(body []byte) error {
	if !json.Valid(body) {
		return errCut
	}
	if a.data = gjson.ParseBytes(body); !a.data.IsArray() {
		return errCut
	}
	var err error
	if a.total, err = strconv.ParseInt(a.header.Get("X-Total-Count"), 10, 64); err != nil || a.total < 0 {
		return errors.New("the answer has no x-total-count: how many people there are is not known")
	}
	links := strings.Join(a.header.Values("Link"), ",")
	a.paged, a.next = links != "", strings.Contains(links, `rel="next"`)
	sum := sha256.Sum256(body)
	a.origin = evidence.Origin{Response: a.header.Get("X-Request-Id"), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body))}
	if at, err := http.ParseTime(a.header.Get("Date")); err == nil {
		a.origin.Date = at.UTC()
	}
	return nil
}

// note keeps what an answer says of the limits: 10 requests a second and 5,000 an
// hour. Where none is left, the next request waits.
func (c *client) note(h http.Header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pause = 0
	for _, limit := range []string{"X-Rate-Limit-", "X-Intensive-Rate-Limit-"} {
		if h.Get(limit+"Remaining") == "0" {
			c.pause = max(c.pause, resetOf(h, limit))
		}
	}
}

func (c *client) rest(ctx context.Context) error {
	c.mu.Lock()
	d := c.pause
	c.pause = 0
	c.mu.Unlock()
	switch {
	case d <= 0:
		return nil
	case d > longest:
		return fmt.Errorf("SmartHR has no request left for %s: read it later", d)
	}
	return c.sleep(ctx, d)
}
