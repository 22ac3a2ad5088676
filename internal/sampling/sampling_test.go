package sampling_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sampling"
)

var basis = sampling.Basis{
	Root: strings.Repeat("0123456789abcdef", 4), Control: "CHG-01", Nonce: "鶴亀 'It''s $(2026)'",
	Period: evidence.Period{Start: time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC)},
}

// hostile are IDs that a shell, a line-oriented tool or a careless join would take for
// something else.
var hostile = []string{"", " ", "a b", "a\nb", "a", "b", "-n", `\n`, "%s", "$(touch x)", "'; touch x; '", `"`, "\x00", "é", "e\u0301", "項目", "\xff", strings.Repeat("x", 10_000)}

func ids(n int) []string {
	list := slices.Clone(hostile)
	for i := len(list); i < n; i++ {
		list = append(list, fmt.Sprintf("PR_%d", i))
	}
	return list[:n]
}

func all(list []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range list {
			if !yield(id, nil) {
				return
			}
		}
	}
}

func itself(id string) string { return id }

func draw(t *testing.T, b sampling.Basis, list []string, size int64, replaced ...sampling.Replacement) []sampling.Drawn[string] {
	t.Helper()
	d, err := sampling.Draw(b, all(list), itself, size, replaced)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told gives the drawn items as "state id".
func told(drawn []sampling.Drawn[string]) []string {
	var list []string
	for _, d := range drawn {
		list = append(list, string(d.State)+" "+d.Item)
	}
	return list
}

// TestGolden holds the method to the byte: the hashes were computed with sha256sum.
func TestGolden(t *testing.T) {
	b := basis
	b.Nonce = "nonce"
	want := []string{
		"evidence-sample/v1\nroot 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\ncontrol CHG-01\nperiod 2026-09-30T15:00:00Z/2026-10-31T15:00:00Z\nnonce nonce\n",
		"7b20b8d3c07387c44e2c28911fa61eed584723788263a3c8ac69bf33e87472ae",
		"1e230770bfde109e6af85505cf3bbc281ecb7c6ac9714625186a78ddea0bde52",
		"8cd1484b9772000904d6cbdad5005ac5e3baef204cf5b1877bbe00340d5056ad",
	}
	key := sampling.Key("PR_kwDO'1")
	if d := cmp.Diff(want, []string{b.Text(), b.Seed(), key, sampling.Rank(b.Seed(), key)}); d != "" {
		t.Error(d)
	}
	if b.Nonce = ""; !strings.HasSuffix(b.Text(), "\nnonce \n") {
		t.Errorf("without a nonce: %q", b.Text())
	}
}

func TestEverythingInTheBasisChangesTheSeed(t *testing.T) {
	seen := map[string]bool{basis.Seed(): true}
	for _, change := range []func(*sampling.Basis){
		func(b *sampling.Basis) { b.Root = strings.Repeat("0", 64) },
		func(b *sampling.Basis) { b.Control = "CHG-02" },
		func(b *sampling.Basis) { b.Of = sampling.Exempt },
		func(b *sampling.Basis) { b.Period.End = b.Period.End.Add(time.Second) },
		func(b *sampling.Basis) { b.Nonce = "" },
		func(b *sampling.Basis) { b.Nonce += "." },
	} {
		b := basis
		change(&b)
		if seen[b.Seed()] {
			t.Errorf("%+v has the seed of another", b)
		}
		seen[b.Seed()] = true
	}
	// Where a period is written from does not matter.
	b := basis
	b.Period.Start = b.Period.Start.In(time.FixedZone("JST", 9*60*60))
	if b.Seed() != basis.Seed() {
		t.Error("the same period in another zone has another seed")
	}
}

func TestDrawDoesNotDependOnOrder(t *testing.T) {
	list := ids(300)
	want := told(draw(t, basis, list, 25))
	if len(want) != 25+sampling.Reserves {
		t.Fatalf("%d items were drawn", len(want))
	}
	for i := range uint64(20) {
		shuffled := slices.Clone(list)
		rand.New(rand.NewPCG(i, 0)).Shuffle(len(list), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
		if d := cmp.Diff(want, told(draw(t, basis, shuffled, 25))); d != "" {
			t.Fatal(d)
		}
	}
}

// TestDrawIsSortingByRank compares with the plain way: rank all, sort, take the first.
func TestDrawIsSortingByRank(t *testing.T) {
	for _, n := range []int{0, 1, 4, 5, 29, 30, 31, 300} {
		list := ids(n)
		for _, size := range []int64{0, 1, 25, 300} {
			ranked := slices.Clone(list)
			rank := func(id string) string { return sampling.Rank(basis.Seed(), sampling.Key(id)) }
			slices.SortFunc(ranked, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
			var want []string
			for i, id := range ranked[:min(n, int(size)+sampling.Reserves)] {
				state := "sample "
				if i >= int(size) {
					state = "reserve "
				}
				want = append(want, state+id)
			}
			if d := cmp.Diff(want, told(draw(t, basis, list, size))); d != "" {
				t.Errorf("%d of %d: %s", size, n, d)
			}
		}
	}
}

func TestSmallerBeginsLarger(t *testing.T) {
	small, large := told(draw(t, basis, ids(300), 10)), told(draw(t, basis, ids(300), 40))
	if d := cmp.Diff(small[:10], large[:10]); d != "" {
		t.Error(d)
	}
}

func TestNonceChangesTheSample(t *testing.T) {
	other := basis
	other.Nonce = "another"
	first := told(draw(t, basis, ids(1000), 25))[:25]
	same := 0
	for _, id := range told(draw(t, other, ids(1000), 25))[:25] {
		if slices.Contains(first, id) {
			same++
		}
	}
	if same > 5 { // 0.6 are to be expected
		t.Errorf("%d of 25 items are drawn with either nonce", same)
	}
}

// TestDrawIsUniform: over many nonces every item is drawn about as often. The sum of
// squares is chi-squared distributed with 99 degrees of freedom, but for drawing
// without replacement, which makes it smaller: 148 is exceeded by one in a thousand.
func TestDrawIsUniform(t *testing.T) {
	const items, size, draws = 100, 10, 2000
	list := ids(items)
	times := map[string]float64{}
	for i := range draws {
		b := basis
		b.Nonce = fmt.Sprint(i)
		for _, d := range draw(t, b, list, size)[:size] {
			times[d.Item]++
		}
	}
	const expected = float64(draws) * size / items
	chi := 0.0
	for _, id := range list {
		chi += (times[id] - expected) * (times[id] - expected) / expected
	}
	if chi > 148 {
		t.Errorf("chi-squared %.0f over %d items", chi, items)
	}
}

func TestReplacement(t *testing.T) {
	list := ids(40)
	plain := draw(t, basis, list, 3)
	replace := func(d ...sampling.Drawn[string]) (r []sampling.Replacement) {
		for _, x := range d {
			r = append(r, sampling.Replacement{Item: x.Item, Reason: "reason", By: "auditor", Date: "2026-11-20"})
		}
		return r
	}
	// The second, and the one that took its place.
	got := draw(t, basis, list, 3, replace(plain[1], plain[3])...)
	var want []string
	for i, state := range []string{"sample", "replaced", "sample", "replaced", "sample", "reserve", "reserve", "reserve"} {
		want = append(want, state+" "+plain[i].Item)
	}
	if d := cmp.Diff(want, told(got)[:8]); d != "" {
		t.Error(d)
	}
	if got[1].Replacement.Reason != "reason" || got[0].Replacement != (sampling.Replacement{}) {
		t.Errorf("reasons: %+v", got[:2])
	}
	// Where nothing is left to take its place the sample is smaller.
	if d := cmp.Diff([]string{"replaced a"}, told(draw(t, basis, []string{"a"}, 1, sampling.Replacement{Item: "a"}))); d != "" {
		t.Error(d)
	}
	for name, r := range map[string][]sampling.Replacement{
		"unknown":   {{Item: "no such item"}},
		"a reserve": replace(plain[3]),
		"twice":     replace(plain[1], plain[1]),
	} {
		if _, err := sampling.Draw(basis, all(list), itself, 3, r); err == nil {
			t.Errorf("%s: it was accepted", name)
		}
	}
}

func TestDrawStopsAtAnError(t *testing.T) {
	broken := errors.New("broken")
	_, err := sampling.Draw(basis, func(yield func(string, error) bool) { _ = yield("a", nil) && yield("", broken) }, itself, 1, nil)
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// TestShell draws with a shell, sha256sum and sort, as the doc of the package says,
// and compares every rank.
func TestShell(t *testing.T) {
	list := ids(60)
	var keys strings.Builder
	for _, id := range list {
		sum := sha256.Sum256([]byte(id))
		keys.WriteString(hex.EncodeToString(sum[:]) + "\n")
	}
	cmd := exec.Command("sh", "-c", `seed=$(printf '%s\n' "$@" | sha256sum | cut -d ' ' -f 1)
while read -r key; do printf '%s %s\n' "$seed" "$key" | sha256sum | sed "s/ .*/ $key/"; done | LC_ALL=C sort`, "sh")
	cmd.Args = append(cmd.Args, basis.Lines()...)
	cmd.Stdin = strings.NewReader(keys.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, d := range draw(t, basis, list, int64(len(list))) {
		want.WriteString(d.Rank + " " + d.Key + "\n")
	}
	if d := cmp.Diff(want.String(), string(out)); d != "" {
		t.Error(d)
	}
}

func TestCheckNonce(t *testing.T) {
	for _, good := range []string{"", "a", "鶴亀 2026-11-20", `'"$(x)`, strings.Repeat("x", 200)} {
		if err := sampling.CheckNonce(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"a\nnonce b", "\x1b[31m", " a", "a ", "a\u202eb", "\xff", strings.Repeat("x", 201), "a\u200bb"} {
		if err := sampling.CheckNonce(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
