package graph

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// No ten seconds hold more requests of the audit logs' class than are allowed.
func TestTheRateOfAClass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(perTenSeconds(AuditLogs, 5))
		var mu sync.Mutex
		var at []time.Time
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for range 10 {
					if err := g.wait(t.Context(), httpclient.Sleep); err != nil {
						t.Error(err)
					}
					mu.Lock()
					at = append(at, time.Now())
					mu.Unlock()
				}
			})
		}
		group.Wait()
		crowded(t, at)
		if took := at[len(at)-1].Sub(at[0]); took > 80*time.Second {
			t.Errorf("40 requests took %s: slower than is allowed", took)
		}
	})
}

// crowded tells of ten seconds with more than five turns.
func crowded(t *testing.T, at []time.Time) {
	t.Helper()
	slices.SortFunc(at, time.Time.Compare)
	for i := range at {
		n := 0
		for _, other := range at[i:] {
			if other.Sub(at[i]) < 10*time.Second {
				n++
			}
		}
		if n > 5 {
			t.Fatalf("%d requests in ten seconds", n)
		}
	}
}

// After a pause those who waited do not all ask in the same instant, whether they
// waited before Graph asked for it or came later.
func TestTheRateAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(perTenSeconds(AuditLogs, 5))
		var mu sync.Mutex
		var at []time.Time
		var group sync.WaitGroup
		begun := time.Now()
		for i := range 40 {
			group.Go(func() {
				if i >= 20 {
					time.Sleep(time.Duration(i) * time.Second)
				}
				if err := g.wait(t.Context(), httpclient.Sleep); err != nil {
					t.Error(err)
				}
				mu.Lock()
				at = append(at, time.Now())
				mu.Unlock()
			})
		}
		time.Sleep(5 * time.Second)
		g.pause(time.Minute)
		group.Wait()
		crowded(t, at)
		for _, turn := range at {
			if after := turn.Sub(begun); after > 5*time.Second && after < 65*time.Second {
				t.Errorf("a request %s after the beginning, in the pause", after)
			}
		}
		if took := at[len(at)-1].Sub(begun); len(at) != 40 || took > 3*time.Minute {
			t.Errorf("%d requests took %s", len(at), took)
		}
	})
}

// A throttle holds back everybody who asks of the same class, and nobody else.
func TestAThrottleHoldsTheClassBack(t *testing.T) {
	throttled := true
	_, c, j := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if throttled {
			throttled = false
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"value":[]}`)
	})
	for range 2 {
		if _, err := c.Get(t.Context(), signInQuery); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(j.longer(50 * time.Second)); n != 2 {
		t.Errorf("%d requests were held back, want the one that was throttled and the next", n)
	}
	other := signInQuery
	other.Class = Ordinary
	if _, err := c.Get(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if n := len(j.longer(50 * time.Second)); n != 2 {
		t.Error("a request of another class was held back")
	}
}
