package sealed

import (
	"slices"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// A reading for which the source was too forgetful does not undo an earlier one that
// was sound; one that found something wrong does.
func TestASourceThatForgets(t *testing.T) {
	claim := func(gaps ...evidence.Finding) evidence.Claim {
		c := evidence.Claim{Kind: "entraid.sign_in", Expected: 1, Found: 1, Gaps: gaps}
		if len(gaps) > 0 {
			c.Found = 0
		}
		return c
	}
	sound := claim()
	forgotten := claim(evidence.Finding{Code: "older_than_retained", Forgotten: true})
	wrong := claim(evidence.Finding{Code: "not_readable"})
	both := claim(forgotten.Gaps[0], wrong.Gaps[0])
	short := evidence.Claim{Kind: "entraid.sign_in", Expected: 2, Found: 1}
	for name, tt := range map[string]struct {
		attempts [][]evidence.Claim // in the order in which they were begun
		want     int                // which of them speaks
	}{
		"sound, then forgotten":             {[][]evidence.Claim{{sound}, {forgotten}}, 0},
		"sound, then forgotten twice":       {[][]evidence.Claim{{sound}, {forgotten}, {forgotten}}, 0},
		"sound, then wrong":                 {[][]evidence.Claim{{sound}, {wrong}}, 1},
		"sound, then both":                  {[][]evidence.Claim{{sound}, {both}}, 1},
		"sound, then fewer than there are":  {[][]evidence.Claim{{sound}, {short}}, 1},
		"two kinds, one forgotten":          {[][]evidence.Claim{{sound, sound}, {sound, forgotten}}, 0},
		"two kinds, one wrong":              {[][]evidence.Claim{{sound, sound}, {wrong, forgotten}}, 1},
		"wrong, then forgotten":             {[][]evidence.Claim{{wrong}, {forgotten}}, 0},
		"forgotten alone":                   {[][]evidence.Claim{{forgotten}}, 0},
		"sound twice":                       {[][]evidence.Claim{{sound}, {sound}}, 1},
		"sound, wrong, and then forgotten":  {[][]evidence.Claim{{sound}, {wrong}, {forgotten}}, 1},
		"nothing is claimed, and forgotten": {[][]evidence.Claim{{}, {forgotten}}, 1},
	} {
		var attempts []*attempt
		for _, claims := range tt.attempts {
			attempts = append(attempts, &attempt{unit: locker.PlannedUnit{Key: "k"}, claims: claims, last: true, batches: []locker.Manifest{{}}})
		}
		markLatest(attempts)
		if got := slices.IndexFunc(attempts, func(a *attempt) bool { return a.latest }); got != tt.want {
			t.Errorf("%s: attempt %d speaks, want %d", name, got, tt.want)
		}
	}
}
