package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/durable"
)

// TestAPackInUse: who comes second is told which pack is in use and what to do, in the language
// of the reader.
func TestAPackInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "example-soc1-2026-10.zip")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	release, err := durable.Lock(filepath.Join(filepath.Dir(path), ".example-soc1-2026-10.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	}()
	for lang, want := range map[string]string{
		"ja": "パック " + path + " は、他のプロセスが作成、署名又はタイムスタンプの付与を行っている。その終了を待って、再度実行すること",
		"en": "pack " + path + ": another process is making, signing or time-stamping it: wait until it has ended",
	} {
		var out, errs bytes.Buffer
		code := run([]string{"timestamp", path, "--authority", "https://tsa.example.com", "--lang", lang}, &out, &errs)
		if code != exitLocked || !strings.Contains(errs.String(), want) || strings.Contains(errs.String(), "hint") {
			t.Errorf("%s: exit code %d: %s", lang, code, errs.String())
		}
	}
}
