package pipeline

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

// authority is one that answers over HTTP, as a configuration names it.
func authority(t *testing.T, h http.Handler) string {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return web.URL
}

// configured are the authorities of a configuration that has the one.
func configured(t *testing.T, r *Run, h http.Handler) []pack.Authority {
	t.Helper()
	r.Config.Timestamps = []config.TimestampAuthority{{URL: authority(t, h)}}
	all, err := r.Authorities()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var refusing = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })

// stampedPack makes a pack that authorities were to time-stamp, and returns what was
// told of those that did not.
func stampedPack(t *testing.T, urls ...string) (r *Run, path string, told []pack.Unanswered) {
	t.Helper()
	r = newRun(t, &trail{})
	for _, u := range urls {
		r.Config.Timestamps = append(r.Config.Timestamps, config.TimestampAuthority{URL: u})
	}
	r.Unanswered = func(of string, why pack.Unanswered) { path, told = of, append(told, why) }
	if _, err := r.Collect(t.Context(), period, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	results, view, cp, err := r.Evaluate(t.Context(), period, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), period, results, view, cp, []string{"soc1"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if path != "" && path != paths[0] {
		t.Errorf("told of %s, made %s", path, paths[0])
	}
	return r, paths[0], told
}

// checks verifies a pack, which must hold, and returns what was said of a check.
func checks(t *testing.T, r *Run, path string, id pack.CheckID, trust sign.Trust) []pack.Check {
	t.Helper()
	return verified(t, r, path, id, trust, r.Tool)
}

// looked is checks by another version of the tool, which draws no reports.
func looked(t *testing.T, r *Run, path string, id pack.CheckID, trust sign.Trust) []pack.Check {
	t.Helper()
	return verified(t, r, path, id, trust, "another")
}

func verified(t *testing.T, r *Run, path string, id pack.CheckID, trust sign.Trust, tool string) (found []pack.Check) {
	t.Helper()
	err := pack.Verify(t.Context(), path, pack.Verification{Trust: trust, Drivers: r.Drivers, Tool: tool, Lang: evidence.English, Report: func(c pack.Check) {
		if c.Means == "" || c.Name == "" {
			t.Errorf("nobody says what the check is: %+v", c)
		}
		if c.ID == id {
			found = append(found, c)
		}
	}})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return found
}

// content reads the files of a pack's zip.
func content(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestPacksAreTimestampedByAll(t *testing.T) {
	a, b := tsatest.New(t, time.Now()), tsatest.New(t, time.Now())
	r, path, told := stampedPack(t, authority(t, a), authority(t, refusing), authority(t, b))
	if len(told) != 1 || told[0].None || len(told[0].Errors) != 1 || !strings.Contains(told[0].Errors[0].Error(), "403") {
		t.Errorf("told of the authority that refused: %+v", told)
	}
	found := checks(t, r, path, pack.CheckTimestamp, sign.Trust{Timestamps: b.Roots()})
	if len(found) < 2 || found[0].State != pack.Noted || !strings.Contains(found[0].Detail, "does not lead to the roots") || found[1].State != pack.OK {
		t.Errorf("%+v", found)
	}
	for _, c := range looked(t, r, path, pack.CheckTimestamp, sign.Trust{}) {
		if c.State != pack.Noted {
			t.Errorf("without roots: %+v", c)
		}
	}
}

// Where no authority answers the pack is made, says so, and gets its timestamp later,
// which changes nothing else of it.
func TestATimestampComesLater(t *testing.T) {
	r, path, told := stampedPack(t, authority(t, refusing))
	if len(told) != 1 || !told[0].None {
		t.Fatalf("told of no timestamp: %+v", told)
	}
	found := looked(t, r, path, pack.CheckTimestamp, sign.Trust{})
	if len(found) != 1 || found[0].State != pack.Noted || !strings.Contains(found[0].Detail, "not time-stamped") || !strings.Contains(found[0].Detail, "gave none") {
		t.Errorf("%+v", found)
	}
	t.Run("altered", func(t *testing.T) { noTimestampForWhatWasAltered(t, r, path) })
	before := content(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	done, err := pack.Timestamp(t.Context(), path, configured(t, r, refusing), false)
	if again, rerr := os.ReadFile(path); err != nil || !done.Unanswered.None || len(done.Paths) > 0 || rerr != nil || !bytes.Equal(again, whole) {
		t.Errorf("nobody answers: %+v, %v", done, err)
	}

	a := tsatest.New(t, time.Now())
	authorities := configured(t, r, a)
	dir := strings.TrimSuffix(path, ".zip")
	if done, err = pack.Timestamp(t.Context(), path, authorities, false); err != nil || len(done.Added) != 1 || len(done.Paths) != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	for _, p := range []string{path, dir} {
		if found = looked(t, r, p, pack.CheckTimestamp, sign.Trust{Timestamps: a.Roots()}); len(found) == 0 || found[0].State != pack.OK {
			t.Errorf("%s: %+v", p, found)
		}
	}
	after := content(t, path)
	if len(after) != len(before) {
		t.Errorf("%d files, there were %d", len(after), len(before))
	}
	for name, data := range before {
		if same := bytes.Equal(after[name], data); same != (name != pack.SignatureFile) {
			t.Errorf("%s is the same: %v", name, same)
		}
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	// It is left as it is then, unless more is wanted.
	if done, err = pack.Timestamp(t.Context(), dir, authorities, false); err != nil || len(done.Before) != 1 || len(done.Added) > 0 || len(done.Paths) > 0 {
		t.Errorf("again: %+v, %v", done, err)
	}
	if done, err = pack.Timestamp(t.Context(), dir, authorities, true); err != nil || len(done.Before) != 1 || len(done.Added) != 1 || len(done.Paths) != 2 {
		t.Errorf("one more: %+v, %v", done, err)
	}

	// A folder that is no longer the zip's pack is left alone.
	if err := os.WriteFile(filepath.Join(dir, pack.SignatureFile), before[pack.SignatureFile], 0o600); err != nil {
		t.Fatal(err)
	}
	if done, err = pack.Timestamp(t.Context(), path, authorities, true); err != nil || len(done.Paths) != 1 || done.Paths[0] != path {
		t.Errorf("beside another: %+v, %v", done, err)
	}
}

// A pack that does not hold gets no timestamp, which would only lend it weight.
func noTimestampForWhatWasAltered(t *testing.T, r *Run, path string) {
	authorities := configured(t, r, tsatest.New(t, time.Now()))
	dir := strings.TrimSuffix(path, ".zip")
	manifest := read(t, dir, pack.ManifestFile)
	if err := os.WriteFile(filepath.Join(dir, pack.ManifestFile), bytes.Replace(manifest, []byte(`"soc1"`), []byte(`"soc2"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Timestamp(t.Context(), dir, authorities, false); !errors.Is(err, pack.ErrTampered) {
		t.Errorf("an altered manifest: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, pack.ManifestFile), manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	zipped, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(zipped, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Timestamp(t.Context(), path, authorities, false); !errors.Is(err, pack.ErrTampered) {
		t.Errorf("a byte after the zip: %v", err)
	}
	if err := os.WriteFile(path, zipped, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pack.Timestamp(ctx, path, authorities, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
