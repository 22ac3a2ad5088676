package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

var contents = map[string]string{
	"audit/a/1.json":      "one",
	"audit/a/b/2.json":    "two",
	"audit/a/b c/+3.json": "three",
	"audit/z.json":        "",
	"auditors.txt":        "of another prefix",
}

// stores are a bucket and a folder with the same contents.
func stores(t *testing.T, fault func(*http.Request) *aws.Fault) map[string]Store {
	t.Helper()
	a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "example-archive", Trail: "none", HomeRegion: "ap-northeast-1"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for key, text := range contents {
		a.Put(key, aws.Object{Body: []byte(text), Metadata: map[string]string{"made": "by hand"}})
		name := filepath.Join(dir, filepath.FromSlash(key))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	srv, err := aws.NewServer(aws.ServerOptions{Archives: []*aws.Archive{a}, MaxKeys: 2, Fault: fault})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	for k, v := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_CONFIG_FILE": "/nonexistent",
		"AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(k, v)
	}
	session := &awsauth.Session{
		Settings: awsauth.Settings{Region: "ap-northeast-1", Endpoint: srv.URL()},
		Log:      slog.New(slog.DiscardHandler), Backoff: func(int) time.Duration { return 0 },
	}
	return map[string]Store{"bucket": NewBucket("example-archive", false, session), "folder": NewFolder(dir)}
}

func TestStoresAgree(t *testing.T) {
	for name, st := range stores(t, nil) {
		t.Run(name, func(t *testing.T) {
			for prefix, want := range map[string][]string{
				"audit/":         {"audit/a/1.json 3", "audit/a/b c/+3.json 5", "audit/a/b/2.json 3", "audit/z.json 0"},
				"audit/a/b":      {"audit/a/b c/+3.json 5", "audit/a/b/2.json 3"},
				"audit/a/b/":     {"audit/a/b/2.json 3"},
				"audit/nothing/": nil,
				"":               {"audit/a/1.json 3", "audit/a/b c/+3.json 5", "audit/a/b/2.json 3", "audit/z.json 0", "auditors.txt 17"},
			} {
				got := listed(t, st.List(t.Context(), prefix))
				slices.Sort(got) // a folder's order is its tree's
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("list %q (-want +got):\n%s", prefix, diff)
				}
			}
			for prefix, want := range map[string][]string{
				"":           {"audit/", "auditors.txt 17"},
				"audit/a/":   {"audit/a/1.json 3", "b c/", "b/"},
				"audit/a/b":  {"/", " c/"},
				"audit/a/b/": {"audit/a/b/2.json 3"},
				"nothing/":   nil,
			} {
				folders, objects, err := st.Level(t.Context(), prefix)
				var got []string
				for _, f := range folders {
					got = append(got, f+"/")
				}
				for _, o := range objects {
					got = append(got, fmt.Sprint(o.Key, " ", o.Size))
				}
				slices.Sort(got)
				slices.Sort(want)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("level %q: %v (-want +got):\n%s", prefix, err, diff)
				}
			}
			for key, want := range contents {
				err := Read(t.Context(), st, slog.New(slog.DiscardHandler), key, func(_ Content, body io.Reader) error {
					got, err := io.ReadAll(body)
					if string(got) != want {
						t.Errorf("%s holds %q, want %q", key, got, want)
					}
					return err
				})
				if err != nil {
					t.Errorf("read %s: %v", key, err)
				}
			}
			err := Read(t.Context(), st, slog.New(slog.DiscardHandler), "audit/gone.json", nil)
			if _, ok := errors.AsType[Unreadable](err); !ok || !strings.Contains(err.Error(), "audit/gone.json") {
				t.Errorf("an object that is not there: %v", err)
			}
		})
	}
}

func listed(t *testing.T, seq iter.Seq2[Object, error]) []string {
	t.Helper()
	var out []string
	for o, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(o.Key, " ", o.Size))
	}
	return out
}

// TestAFolderThatIsNotThere is no empty archive.
func TestAFolderThatIsNotThere(t *testing.T) {
	f := NewFolder(filepath.Join(t.TempDir(), "nowhere"))
	var failed error
	for _, err := range f.List(t.Context(), "audit/") {
		failed = err
	}
	_, _, err := f.Level(t.Context(), "audit/")
	if !errors.Is(failed, fs.ErrNotExist) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("list: %v; level: %v", failed, err)
	}
}

// TestLinks: both listings see the same, and neither leaves the folder or ends in a
// circle.
func TestLinks(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret.json"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		at, to  string // of a link in the folder logs, which holds 1.json and sub/2.json
		refused bool
	}{
		"to a file beside it":      {"logs/l.json", "1.json", false},
		"to a file above":          {"logs/sub/l.json", "../1.json", false},
		"to a file, absolutely":    {"logs/l.json", "/etc/hostname", true},
		"to a file outside":        {"logs/l.json", "../../secret.json", true},
		"to a folder":              {"logs/l", "sub", true},
		"to the folder that holds": {"logs/sub/l", "..", true},
		"to a folder outside":      {"logs/l", outside, true},
		"to nowhere":               {"logs/l.json", "gone.json", true},
		"to itself":                {"logs/l.json", "l.json", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(outside, strings.ReplaceAll(name, " ", "-"))
			if err := os.MkdirAll(filepath.Join(dir, "logs", "sub"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"logs/1.json", "logs/sub/2.json"} {
				if err := os.WriteFile(filepath.Join(dir, key), []byte(key), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(tt.to, filepath.Join(dir, tt.at)); err != nil {
				t.Skip(err) // where links are a privilege
			}
			f := NewFolder(dir)
			var met bool
			var failed error
			for o, err := range f.List(t.Context(), "logs/") {
				met, failed = met || o.Key == tt.at, errors.Join(failed, err)
			}
			_, objects, err := f.Level(t.Context(), path.Dir(tt.at)+"/")
			for _, failed := range []error{failed, err} {
				if tt.refused && (failed == nil || !strings.Contains(failed.Error(), tt.at+" is a symbolic link")) || !tt.refused && failed != nil {
					t.Errorf("refused: %v, want %t", failed, tt.refused)
				}
			}
			if within := slices.ContainsFunc(objects, func(o Object) bool { return o.Key == tt.at }); met == tt.refused || within == tt.refused {
				t.Errorf("it is listed: %t, at its level: %t; want %t", met, within, !tt.refused)
			}
			if tt.refused {
				for _, err := range f.List(t.Context(), tt.at+"/") {
					failed = err
				}
				if _, _, err := f.Level(t.Context(), tt.at+"/"); err == nil || failed == nil {
					t.Errorf("what is below it: %v, %v", failed, err)
				}
			}
			c, err := f.Open(t.Context(), tt.at)
			if err == nil {
				c.Body.Close()
			}
			if leads := strings.Contains(name, "outside") || strings.Contains(name, "absolutely"); leads && err == nil || !tt.refused && err != nil {
				t.Errorf("opened: %v", err)
			}
		})
	}
	link := filepath.Join(outside, "link")
	if err := os.Symlink(filepath.Join(outside, "to-a-file-beside-it"), link); err != nil {
		t.Skip(err)
	}
	if got := listed(t, NewFolder(link).List(t.Context(), "")); len(got) != 3 {
		t.Errorf("in a folder that is a link itself: %q", got)
	}
}

func TestListingsThatAreCutShort(t *testing.T) {
	cut := 2
	st := stores(t, func(*http.Request) *aws.Fault {
		if cut--; cut >= 0 {
			return &aws.Fault{Truncate: true}
		}
		return nil
	})["bucket"]
	if got := listed(t, st.List(t.Context(), "audit/")); len(got) != 4 {
		t.Errorf("listed %q", got)
	}
}

// breaking is a store whose objects break off the first times they are read.
type breaking struct {
	Store
	times, opened int
}

func (b *breaking) Open(context.Context, string) (Content, error) {
	body := io.Reader(strings.NewReader("whole"))
	if b.opened++; b.opened <= b.times {
		body = io.MultiReader(strings.NewReader("who"), iotest.ErrReader(errors.New("connection reset")))
	}
	return Content{Body: io.NopCloser(body)}, nil
}

func TestReadBeginsAgain(t *testing.T) {
	discard := slog.New(slog.DiscardHandler)
	folder := NewFolder("/")
	for times, want := range []string{"whole", "whole", "whole", "whole", "unreadable"} {
		b := &breaking{Store: folder, times: times}
		got := ""
		err := Read(t.Context(), b, discard, "x", func(_ Content, body io.Reader) error {
			text, err := io.ReadAll(body)
			got = string(text)
			return err
		})
		if _, ok := errors.AsType[Unreadable](err); ok {
			got = "unreadable"
		} else if err != nil {
			t.Errorf("broken %d times: %v", times, err)
		}
		if got != want {
			t.Errorf("broken %d times: %s, want %s", times, got, want)
		}
	}

	// An error that is the reader's own does not make it start over.
	own := errors.New("not what was expected")
	b := &breaking{Store: folder}
	if err := Read(t.Context(), b, discard, "x", func(Content, io.Reader) error { return own }); err != own || b.opened != 1 {
		t.Errorf("%v after %d attempts", err, b.opened)
	}

	ctx, cancel := context.WithCancel(t.Context())
	b = &breaking{Store: folder}
	err := Read(ctx, b, discard, "x", func(_ Content, body io.Reader) error {
		cancel()
		_, err := io.ReadAll(body)
		return err
	})
	if err != context.Canceled || b.opened != 1 {
		t.Errorf("cancelled: %v after %d attempts", err, b.opened)
	}
}

func TestInOrder(t *testing.T) {
	var list []int
	for n := range 100 {
		list = append(list, n)
	}
	var reading, most atomic.Int64
	read := func(_ context.Context, n int) (int, error) {
		most.Store(max(most.Load(), reading.Add(1)))
		defer reading.Add(-1)
		time.Sleep(time.Duration(n%7) * 100 * time.Microsecond)
		if n == 60 {
			return 0, errors.New("60 is not to be had")
		}
		return n * n, nil
	}
	var got []int
	accept := func(_ context.Context, n int) error {
		got = append(got, n)
		return nil
	}
	err := InOrder(t.Context(), 3, list, read, accept)
	if err == nil || err.Error() != "60 is not to be had" || len(got) != 60 || reading.Load() != 0 || most.Load() > 3 {
		t.Errorf("%v after %d results; %d are being read, at most %d were", err, len(got), reading.Load(), most.Load())
	}
	for i, n := range got {
		if n != i*i {
			t.Fatalf("result %d is %d", i, n)
		}
	}
	stop := errors.New("enough")
	if err := InOrder(t.Context(), 3, list, read, func(context.Context, int) error { return stop }); err != stop {
		t.Errorf("stopped: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := InOrder(ctx, 3, list, read, accept); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestLocate(t *testing.T) {
	for location, want := range map[string]string{
		"s3://bucket":        "s3://bucket/ ",
		"s3://bucket//a/b/":  "s3://bucket/ a/b",
		"file:///srv/export": "file:///srv/export/ ",
		"copies/2026":        "file:///base/copies/2026/ ",
		"/srv/../with space": "file:///with%20space/ ",
	} {
		st, prefix, err := Locate(location, Options{BaseDir: "/base"})
		if err != nil {
			t.Errorf("%s: %v", location, err)
			continue
		}
		if got := st.URL("") + " " + prefix; got != want {
			t.Errorf("%s is %q, want %q", location, got, want)
		}
	}
	for location, want := range map[string]string{
		"":                    "location is missing",
		"https://example.com": "want s3://bucket",
		"s3://u:secret@b":     "user, query and fragment",
		"s3://b?x=1":          "user, query and fragment",
		"s3:///a":             "want s3://bucket",
	} {
		if _, _, err := Locate(location, Options{}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want an error about %q", location, err, want)
		}
	}
}
