package smarthr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/evidencepack/evidence/internal/demo/loopback"
)

// Options describe a server.
type Options struct {
	Crews []Crew
	Token string           // the access token that a request must carry
	Now   func() time.Time // the simulated clock; nil: the machine's
	Limit int              // requests in a second; 0: SmartHR's ten; below 0: any number

	// Fault may answer a request instead, and says whether it did.
	Fault func(w http.ResponseWriter, r *http.Request) bool
}

// Server is a simulated SmartHR on a loopback address.
type Server struct {
	*loopback.Server // its URL is what stands for https://<tenant>.smarthr.jp

	opt Options

	mu        sync.Mutex
	requests  int
	throttled int
	recent    []time.Time
}

// NewServer starts a server on a free port of 127.0.0.1.
func NewServer(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limit == 0 {
		o.Limit = 10
	}
	s := &Server{opt: o}
	served, err := loopback.Serve("simulated SmartHR", s)
	if err != nil {
		return nil, err
	}
	s.Server = served
	return s, nil
}

// Requests is how many requests there were, and how many of them were too many.
func (s *Server) Requests() (all, throttled int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests, s.throttled
}

// ServeHTTP answers GET /api/v1/crews.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Date", s.opt.Now().UTC().Format(http.TimeFormat))
	left, ok := s.admit()
	w.Header().Set("x-rate-limit-limit", "5000")
	w.Header().Set("x-rate-limit-remaining", "4990")
	w.Header().Set("x-rate-limit-reset", "3600")
	w.Header().Set("x-intensive-rate-limit-limit", "10")
	w.Header().Set("x-intensive-rate-limit-remaining", strconv.Itoa(left))
	w.Header().Set("x-intensive-rate-limit-reset", "1")
	switch {
	case s.opt.Fault != nil && s.opt.Fault(w, r):
	case !ok:
		refuse(w, http.StatusTooManyRequests, 6, "too_many_requests", "リクエスト制限の上限を超えました")
	case r.Header.Get("Authorization") != "Bearer "+s.opt.Token:
		refuse(w, http.StatusUnauthorized, 2, "unauthorized_token", "無効なアクセストークンです")
	case r.URL.Path != "/api/v1/crews":
		refuse(w, http.StatusNotFound, 4, "not_found", "指定されたリソースが見つかりません")
	case r.Method != http.MethodGet:
		refuse(w, http.StatusForbidden, 3, "forbidden", "アクセス権限がありません")
	default:
		s.crews(w, r)
	}
}

// admit counts a request, and says how many more there may be in this second.
func (s *Server) admit() (left int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if s.opt.Limit < 0 {
		return 9, true
	}
	now := s.opt.Now()
	for len(s.recent) > 0 && now.Sub(s.recent[0]) >= time.Second {
		s.recent = s.recent[1:]
	}
	if len(s.recent) >= s.opt.Limit {
		s.throttled++
		return 0, false
	}
	s.recent = append(s.recent, now)
	return s.opt.Limit - len(s.recent), true
}

// refuse answers with SmartHR's error body.
func refuse(w http.ResponseWriter, status, code int, kind, message string) {
	w.WriteHeader(status)
	send(w, map[string]any{"code": code, "type": kind, "message": message, "errors": nil})
}

func send(w http.ResponseWriter, v any) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client may have gone
}

const largestPage = 100

// crews sends a page of the roster.
func (s *Server) crews(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page, okPage := number(q, "page", 1)
	size, okSize := number(q, "per_page", 10)
	if !okPage || !okSize || size > largestPage {
		refuse(w, http.StatusBadRequest, 1, "bad_request", "不正なリクエストパラメータです")
		return
	}
	all, ok := s.asked(q)
	if !ok {
		refuse(w, http.StatusBadRequest, 1, "bad_request", "不正なリクエストパラメータです")
		return
	}
	start := min((page-1)*size, len(all))
	end := min(start+size, len(all))
	out := []any{}
	for _, c := range all[start:end] {
		out = append(out, only(c, q.Get("fields")))
	}
	w.Header().Set("x-total-count", strconv.Itoa(len(all)))
	w.Header().Set("Link", links(r, page, max(1, (len(all)+size-1)/size)))
	send(w, out)
}

func number(q url.Values, name string, otherwise int) (int, bool) {
	if q.Get(name) == "" {
		return otherwise, true
	}
	n, err := strconv.Atoi(q.Get(name))
	return n, err == nil && n > 0
}

// asked are the crews of a status, in the order that is asked for.
func (s *Server) asked(q url.Values) ([]map[string]any, bool) {
	status := q.Get("emp_status")
	if status != "" && !slices.Contains([]string{"employed", "absent", "retired"}, status) {
		return nil, false
	}
	all := []map[string]any{}
	for _, c := range s.opt.Crews {
		if o := c.object(s.opt.Now()); status == "" || o["emp_status"] == status {
			all = append(all, o)
		}
	}
	for _, key := range slices.Backward(strings.Split(q.Get("sort"), ",")) {
		name, down := strings.CutPrefix(key, "-")
		if name == "" {
			continue
		}
		slices.SortStableFunc(all, func(x, y map[string]any) int {
			c := strings.Compare(fmt.Sprint(x[name]), fmt.Sprint(y[name]))
			if down {
				return -c
			}
			return c
		})
	}
	return all, true
}

// only leaves of a crew the fields that are asked for.
func only(c map[string]any, fields string) map[string]any {
	if fields == "" {
		return c
	}
	out := map[string]any{}
	for name := range strings.SplitSeq(fields, ",") {
		if v, ok := c[name]; ok {
			out[name] = v
		}
	}
	return out
}

// links are those of RFC 5988 to the first, the last and the neighbouring pages.
func links(r *http.Request, page, last int) string {
	link := func(n int, rel string) string {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		return fmt.Sprintf("<http://%s%s?%s>; rel=%q", r.Host, r.URL.Path, q.Encode(), rel)
	}
	all := []string{link(1, "first")}
	if page > 1 {
		all = append(all, link(page-1, "prev"))
	}
	if page < last {
		all = append(all, link(page+1, "next"))
	}
	return strings.Join(append(all, link(last, "last")), ", ")
}
