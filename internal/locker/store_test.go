package locker

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stores makes an empty store of each kind. Opening one again gives another
// process's view of the same place.
func stores(t *testing.T) map[string]func(t *testing.T) (open func() Store) {
	return map[string]func(t *testing.T) func() Store{
		"folder": func(t *testing.T) func() Store {
			root := t.TempDir()
			return func() Store { return quickDir(root) }
		},
		"bucket": func(t *testing.T) func() Store {
			b := testBucket(t)
			return func() Store { return openBucket(t, b) }
		},
	}
}

// What the contract of [Store] promises, of every store.
func TestStores(t *testing.T) {
	for kind, make := range stores(t) {
		for name, test := range map[string]func(*testing.T, func() Store){
			"objects": storesObjects, "replaces": storeReplaces, "lists": storeLists, "one name, many writers": oneWins, "one lock, many takers": oneHolds,
		} {
			t.Run(kind+"/"+name, func(t *testing.T) { test(t, make(t)) })
		}
	}
}

func text(t *testing.T, s Store, name string) string {
	t.Helper()
	r, err := s.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func storesObjects(t *testing.T, open func() Store) {
	s, ctx := open(), t.Context()
	if _, err := s.Get(ctx, "batches/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get of nothing: %v", err)
	}
	if _, err := s.Get(ctx, "pending/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get of nothing that is pending: %v", err)
	}
	a := Object{Name: "pending/a", Data: []byte("a")}
	for range 2 {
		if err := s.Put(ctx, a, Object{Name: "tile/8/0/000", Data: nil}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(ctx, Object{Name: "tile/8/0/000", Data: []byte("b")}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Put of other bytes: %v", err)
	}
	for range 2 {
		if err := s.Put(ctx, Object{Name: "batches/a", From: "pending/a"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(ctx, "pending/a", "pending/none"); err != nil {
			t.Fatal(err)
		}
	}
	if got := text(t, open(), "batches/a"); got != "a" {
		t.Errorf("batches/a holds %q", got)
	}
	if _, err := s.Get(ctx, "pending/a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Get of what was deleted: %v", err)
	}
	if err := s.Put(ctx, a); err != nil {
		t.Errorf("Put of what was deleted: %v", err)
	}
}

func storeReplaces(t *testing.T, open func() Store) {
	s, ctx := open(), t.Context()
	put := func(data, over string) error {
		o := Object{Name: latestName, Data: []byte(data), Replace: true}
		if over != "" {
			o.Over = []byte(over)
		}
		return s.Put(ctx, o)
	}
	for _, step := range []struct {
		data, over string
		want       error
	}{
		{"1", "0", nil}, // refused below: there is none yet
		{"1", "", nil}, {"1", "", nil}, {"2", "", fs.ErrExist}, {"2", "1", nil}, {"2", "1", nil}, {"3", "1", fs.ErrExist}, {"3", "2", nil},
	} {
		err := put(step.data, step.over)
		if step.over == "0" {
			if err == nil {
				t.Error("replaced what is not there")
			}
			continue
		}
		if !errors.Is(err, step.want) {
			t.Errorf("%s over %q: %v, want %v", step.data, step.over, err, step.want)
		}
	}
	if got := text(t, open(), latestName); got != "3" {
		t.Errorf("in the end %q", got)
	}
}

func storeLists(t *testing.T, open func() Store) {
	s, ctx := open(), t.Context()
	var objects []Object
	var want []string
	for i := range 40 {
		objects = append(objects, Object{Name: fmt.Sprintf("pending/%03d", i), Data: []byte{byte(i)}})
		if i%2 == 0 {
			want = append(want, objects[i].Name)
		}
	}
	if err := s.Put(ctx, append(objects, Object{Name: "checkpoint", Data: []byte("c")}, Object{Name: "checkpoints/1", Data: []byte("1")})...); err != nil {
		t.Fatal(err)
	}
	var odd []string
	for i := 1; i < 40; i += 2 {
		odd = append(odd, objects[i].Name)
	}
	if err := s.Delete(ctx, odd...); err != nil {
		t.Fatal(err)
	}
	for prefix, want := range map[string][]string{
		"pending/": want, "checkpoints/": {"checkpoints/1"}, "none/": nil, "": append([]string{"checkpoint", "checkpoints/1"}, want...),
	} {
		got := collect(t, open().List(ctx, prefix))
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("below %q (-want +got):\n%s", prefix, d)
		}
	}
}

// Many write one name at once, each other bytes: one wins, and is told so alone.
func oneWins(t *testing.T, open func() Store) {
	for round := range 5 {
		var mu sync.Mutex
		var won []string
		var all sync.WaitGroup
		begin := make(chan struct{})
		name := fmt.Sprintf("checkpoints/%d", round+1)
		for i := range 8 {
			s := open()
			all.Go(func() {
				<-begin
				data := fmt.Sprint(i)
				switch err := s.Put(t.Context(), Object{Name: name, Data: []byte(data)}); {
				case err == nil:
					mu.Lock()
					won = append(won, data)
					mu.Unlock()
				case !errors.Is(err, fs.ErrExist):
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		if len(won) != 1 || text(t, open(), name) != won[0] {
			t.Fatalf("%q won", won)
		}
	}
}

// Many take the lock at once, over and over: never do two hold it.
func oneHolds(t *testing.T, open func() Store) {
	holder := make(chan struct{}, 1)
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 4 {
		s := open()
		all.Go(func() {
			for range 10 {
				k, err := s.Lock(t.Context())
				if err != nil {
					if !errors.Is(err, ErrLocked) {
						t.Error(err)
					}
					continue
				}
				select {
				case holder <- struct{}{}:
				default:
					t.Error("two hold the lock")
				}
				if err := open().Busy(t.Context()); !errors.Is(err, ErrLocked) {
					t.Errorf("held, and Busy says %v", err)
				}
				mu.Lock()
				won++
				mu.Unlock()
				<-holder
				if err := k.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if won == 0 {
		t.Error("nobody ever got the lock")
	}
	if err := open().Busy(t.Context()); err != nil {
		t.Errorf("released, and Busy says %v", err)
	}
}

// Two append different things and seal, over and over, each as often as it gets
// the lock: the log that they leave is sound, and holds what each was told is sealed.
func TestTwoWriters(t *testing.T) {
	for kind, make := range stores(t) {
		t.Run(kind, func(t *testing.T) {
			open := make(t)
			signer, vkey := testKey(t, "test-key")
			if err := CreateIn(t.Context(), open(), testOrigin, signer, vkey); err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			var sealed []string
			var all sync.WaitGroup
			for writer := range 2 {
				l, err := OpenIn(t.Context(), open())
				if err != nil {
					t.Fatal(err)
				}
				all.Go(func() {
					for round := 0; round < 3; {
						w, err := l.Writer(t.Context())
						if errors.Is(err, ErrLocked) {
							time.Sleep(time.Millisecond)
							continue
						}
						if err != nil {
							t.Error(err)
							return
						}
						m, err := w.Append(t.Context(), planItem(1000*writer+round).Manifest, nil)
						if err == nil {
							_, err = w.Seal(t.Context(), signer, testTime)
						}
						if err := errors.Join(err, w.Close()); err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						sealed = append(sealed, m.Hash())
						mu.Unlock()
						round++
					}
				})
			}
			all.Wait()
			if failed, leftovers, err := verifyIn(t, open()); err != nil || len(leftovers) > 0 {
				t.Fatalf("%v: failed %q, leftovers %q", err, failed, leftovers)
			}
			l, err := OpenIn(t.Context(), open())
			if err != nil {
				t.Fatal(err)
			}
			cp, err := l.Latest()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range collect(t, l.Sealed(t.Context(), cp)) {
				got = append(got, e.Hash())
			}
			slices.Sort(got)
			slices.Sort(sealed)
			if d := cmp.Diff(sealed, got); d != "" || len(got) != 6 {
				t.Errorf("what is sealed (-want +got):\n%s", d)
			}
		})
	}
}
