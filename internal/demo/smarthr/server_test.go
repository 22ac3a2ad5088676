package smarthr

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

func served(t *testing.T, people int, change func(*Options)) *Server {
	t.Helper()
	o := Options{Token: "simulated", Limit: -1, Now: func() time.Time { return now }}
	for i := range people {
		o.Crews = append(o.Crews, Crew{Number: fmt.Sprintf("%05d", 20000-i), LastName: "sre", FirstName: fmt.Sprintf("%02d", i), Email: fmt.Sprintf("sre-%02d@example.co.jp", i), Department: "技術本部/基盤部", Employment: "正社員", Entered: "2020-04-01"})
	}
	if change != nil {
		change(&o)
	}
	s, err := NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask asks for the crews; the answer is a list, or an error's object.
func ask(t *testing.T, address, token string) (int, http.Header, any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, body
}

var nextLink = regexp.MustCompile(`<([^>]+)>; rel="next"`)

func TestPages(t *testing.T) {
	s := served(t, 230, nil)
	for query, sizes := range map[string]string{"": "[10", "?per_page=100": "[100 100 30]", "?per_page=115": "400", "?per_page=0": "400", "?page=x": "400", "?page=4&per_page=100": "[0]", "?emp_status=gone": "400"} {
		var got []int
		seen := map[string]bool{}
		address := s.URL() + "/api/v1/crews" + query
		for address != "" {
			status, header, body := ask(t, address, "simulated")
			if status != http.StatusOK {
				if fmt.Sprint(status) != sizes {
					t.Errorf("%q: %d, want %s", query, status, sizes)
				}
				break
			}
			if header.Get("x-total-count") != "230" {
				t.Errorf("%q: %s in all", query, header.Get("x-total-count"))
			}
			list := body.([]any)
			got = append(got, len(list))
			for _, c := range list {
				seen[c.(map[string]any)["id"].(string)] = true
			}
			address = ""
			if m := nextLink.FindStringSubmatch(header.Get("Link")); m != nil {
				address = m[1]
			}
		}
		if sizes != "400" && !strings.HasPrefix(fmt.Sprint(got), sizes) {
			t.Errorf("%q: pages of %v, want %s", query, got, sizes)
		}
		if strings.HasPrefix(sizes, "[10") && len(seen) != 230 {
			t.Errorf("%q: %d people over all pages", query, len(seen))
		}
	}
}

func TestFieldsAndOrder(t *testing.T) {
	s := served(t, 3, func(o *Options) {
		o.Crews[1].Resigned = "2026-10-31"
		o.Crews[2].Resigned = "2026-11-30"
	})
	_, _, body := ask(t, s.URL()+"/api/v1/crews?sort=emp_code&fields=emp_code,emp_status,resigned_at,colour", "simulated")
	want := []any{
		map[string]any{"emp_code": "19998", "emp_status": "employed", "resigned_at": "2026-11-30"},
		map[string]any{"emp_code": "19999", "emp_status": "retired", "resigned_at": "2026-10-31"},
		map[string]any{"emp_code": "20000", "emp_status": "employed", "resigned_at": nil},
	}
	if d := cmp.Diff(want, body); d != "" {
		t.Error(d)
	}
	_, header, body := ask(t, s.URL()+"/api/v1/crews?emp_status=retired&fields=emp_code", "simulated")
	if header.Get("x-total-count") != "1" || len(body.([]any)) != 1 {
		t.Errorf("retired: %v", body)
	}
	_, _, body = ask(t, s.URL()+"/api/v1/crews?sort=-emp_code&per_page=1", "simulated")
	whole := body.([]any)[0].(map[string]any)
	if whole["emp_code"] != "20000" || whole["birth_at"] == nil || whole["bank_accounts"] == nil {
		t.Errorf("without fields everything is given: %v", whole)
	}
}

// The last day of employment is still one.
func TestLastDay(t *testing.T) {
	c := Crew{Resigned: "2026-10-31"}
	for at, want := range map[string]string{"2026-10-31T23:59:59+09:00": "employed", "2026-11-01T00:00:00+09:00": "retired"} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.status(when); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := served(t, 1, nil)
	for path, want := range map[string]string{"/api/v1/crews x": "401 unauthorized_token", "/api/v1/departments simulated": "404 not_found"} {
		at, token, _ := strings.Cut(path, " ")
		status, _, body := ask(t, s.URL()+at, token)
		if got := fmt.Sprint(status, " ", body.(map[string]any)["type"]); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestLimit(t *testing.T) {
	clock := now
	s := served(t, 1, func(o *Options) { o.Limit = 2; o.Now = func() time.Time { return clock } })
	var got []int
	for i := range 5 {
		if i == 4 {
			clock = clock.Add(time.Second)
		}
		status, _, _ := ask(t, s.URL()+"/api/v1/crews", "simulated")
		got = append(got, status)
	}
	if all, throttled := s.Requests(); !slices.Equal(got, []int{200, 200, 429, 429, 200}) || all != 5 || throttled != 2 {
		t.Errorf("%v, %d requests, %d throttled", got, all, throttled)
	}
}
