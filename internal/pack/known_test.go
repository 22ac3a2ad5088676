package pack

import (
	"crypto/ed25519"
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// history is a locker that was sealed three times, by a key of a seed: its
// checkpoints with the proofs that each extends the one before.
func history(t *testing.T, seed string, at time.Time) (known []locker.Known, vkey string) {
	t.Helper()
	const origin = "example.com/audit"
	b := make([]byte, ed25519.SeedSize)
	copy(b, seed)
	vkey, err := note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(b).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner("PRIVATE+KEY+" + origin + "+" + strings.Split(vkey, "+")[1] + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, b...)))
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "locker")
	if err := locker.Create(root, origin, signer, vkey); err != nil {
		t.Fatal(err)
	}
	l, err := locker.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	w, err := l.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var before locker.Checkpoint
	for _, name := range []string{"first", "second", "third"} {
		at = at.Add(time.Hour)
		m := locker.Manifest{
			Type: locker.Plan, Source: name, Driver: "test", Collected: locker.Collected{At: at, Host: "host", Tool: "evidence test"},
			Query: &evidence.Query{Period: evidence.Period{Start: at.Add(-time.Hour), End: at}},
		}
		if _, err := w.Append(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
		cp, err := w.Seal(t.Context(), signer, at)
		if err != nil {
			t.Fatal(err)
		}
		k := locker.Known{From: name, Note: cp.Note}
		if before.Size > 0 {
			if k.Proof, err = l.ProveEarlier(t.Context(), cp, before); err != nil {
				t.Fatal(err)
			}
		}
		known, before = append(known, k), cp
	}
	return known, vkey
}

// A pack of the second checkpoint of three is held to what else is known.
func TestKnownCheckpoints(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	own, vkey := history(t, "key", at)
	later, _ := history(t, "key", at.Add(time.Minute))
	strange, _ := history(t, "another", at)
	unproven := own[2]
	unproven.Proof = nil
	forged := own[2]
	forged.Proof = append(forged.Proof[:len(forged.Proof)-1:len(forged.Proof)-1], own[1].Proof[0])
	key, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		cp    locker.Known
		known []locker.Known
		want  string // what is said with the state, in this order
	}{
		"all":                     {own[1], own, "ok: by a consistency proof; ok: the same; ok: by a consistency proof"},
		"the one before":          {own[1], own[:1], "note: no consistency proof"},
		"the one after":           {own[1], own[2:], "ok: extends the pack"},
		"after a gap":             {own[2], own[:1], "note: not proven"},
		"without a proof":         {own[1], []locker.Known{unproven}, "note: no consistency proof"},
		"by a proof of something": {own[1], []locker.Known{forged}, "failed: does not hold"},
		"sealed anew":             {own[1], later[1:2], "failed: different checkpoints"},
		"after another past":      {own[1], later[2:], "failed: is not"},
		"left out":                {own[1], own[:0:0], ""},
		"another key":             {own[1], strange, "failed: the key"},
		"another's":               {own[1], []locker.Known{{From: "x", Note: []byte("x")}}, "failed: the key"},
	} {
		t.Run(name, func(t *testing.T) {
			cp, err := locker.ParseCheckpoint(tt.cp.Note, key)
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			w := &verifier{Verification: Verification{
				Known: tt.known, Lang: evidence.English, Report: func(c Check) { said = append(said, string(c.State)+": "+c.Detail) },
			}, cp: cp, manifest: &Manifest{Checkpoint: CheckpointInfo{Key: vkey}}}
			if err := w.known(t.Context()); err != nil {
				said = append(said, "failed: "+err.Error())
			}
			wants := strings.Split(tt.want, "; ")
			if tt.want == "" {
				wants = nil
			}
			if len(said) != len(wants) {
				t.Fatalf("said %q, want %q", said, wants)
			}
			for i, want := range wants {
				state, words, _ := strings.Cut(want, ": ")
				if !strings.HasPrefix(said[i], state+": ") || !strings.Contains(said[i], words) {
					t.Errorf("said %q, want %q", said[i], want)
				}
			}
		})
	}
}
