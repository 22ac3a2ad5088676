package graph

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
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
					if err := Sleep(t.Context(), g.turn()); err != nil {
						t.Error(err)
					}
					mu.Lock()
					at = append(at, time.Now())
					mu.Unlock()
				}
			})
		}
		group.Wait()
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
		if took := at[len(at)-1].Sub(at[0]); took > 80*time.Second {
			t.Errorf("40 requests took %s: slower than is allowed", took)
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

func TestSleepEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Sleep(ctx, time.Hour); err == nil {
		t.Error("it slept")
	}
}
