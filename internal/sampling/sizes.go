package sampling

import (
	"fmt"
	"maps"
	"slices"

	"github.com/evidencepack/evidence"
)

// Table says how many items are drawn for a control, by how often it operates and
// how large its population is.
type Table struct {
	Name  string
	Title evidence.Text
	Sizes map[string][]Step // by frequency, as control.yaml has it
}

// Step is the size for populations of up to so many items. Exactly one of All,
// Percent and Size is set.
type Step struct {
	UpTo    int64 `json:"up_to,omitempty" yaml:"up_to"` // 0: however many; the last step alone
	All     bool  `json:"all,omitempty" yaml:"all"`
	Percent int64 `json:"percent,omitempty" yaml:"percent"` // of the population, rounded up
	Size    int64 `json:"size,omitempty" yaml:"size"`
}

// SizeOf is how many items of a population the steps ask for; never more than it has.
func SizeOf(steps []Step, population int64) int64 {
	for _, s := range steps {
		if s.UpTo != 0 && population > s.UpTo {
			continue
		}
		switch {
		case s.All:
			return population
		case s.Percent > 0:
			return (population*s.Percent + 99) / 100
		}
		return min(s.Size, population)
	}
	return population
}

// CheckSteps refuses steps that leave a population without a size.
func CheckSteps(steps []Step) error {
	if len(steps) == 0 {
		return fmt.Errorf("no size")
	}
	before := int64(0)
	for i, s := range steps {
		ways := 0
		for _, set := range []bool{s.All, s.Percent != 0, s.Size != 0} {
			if set {
				ways++
			}
		}
		last := i == len(steps)-1
		switch {
		case ways != 1:
			return fmt.Errorf("step %d: want one of all, percent and size", i+1)
		case s.Percent < 0 || s.Percent > 100:
			return fmt.Errorf("step %d: %d percent", i+1, s.Percent)
		case s.Size < 0:
			return fmt.Errorf("step %d: size %d", i+1, s.Size)
		case last != (s.UpTo == 0):
			return fmt.Errorf("step %d: every step but the last says up_to what it goes", i+1)
		case !last && s.UpTo <= before:
			return fmt.Errorf("step %d: up_to %d does not follow %d", i+1, s.UpTo, before)
		}
		before = s.UpTo
	}
	return nil
}

// The names of the shipped tables.
const (
	JSOX  = "jsox"
	AICPA = "aicpa"
)

// Tables are the shipped tables. No standard prescribes sizes: these are starting
// points, and the auditor decides.
//
// jsox: the Japanese implementation standard (財務報告に係る内部統制の評価及び監査に関する実施基準,
// III.4.(2)①ロ.a) gives the example of 25 items for a transaction that recurs daily,
// at 90 % confidence on the binomial distribution; JICPA's practical guidance
// (監査・保証実務委員会報告第82号, appendix 2) adds what it presumes: a tolerable
// deviation rate of 9 %, and no deviation expected or found. The sizes of what
// operates less often are those of practice in Japan, and are not in the standard.
//
// aicpa: what is customary after the audit guides of the AICPA. For controls that
// operate seldom the guide Audit Sampling has ranges (quarterly 2, monthly 2 to 4,
// weekly 5 to 9), of which these are the lower ends. For populations of 52 to 250 items
// about a tenth is taken, and above that 25, 40 or 60 by the control's significance
// and inherent risk: so the guide Government Auditing Standards and Single Audits, as
// summarised in "Audit Sampling Considerations of Circular A-133 Compliance Audits" by
// the AICPA's Governmental Audit Quality Center. 25 is the one for a moderately
// significant control of limited inherent risk.
var Tables = []Table{
	{
		Name:  JSOX,
		Title: evidence.Text{JA: "実施基準（日常反復継続する取引25件、信頼度90%）", EN: "Japanese implementation standard (25 of what recurs daily, 90 % confidence)"},
		Sizes: map[string][]Step{
			"yearly": {{Size: 1}}, "quarterly": {{Size: 2}}, "monthly": {{Size: 2}}, "weekly": {{Size: 5}},
			"daily": {{Size: 25}}, "per-occurrence": {{Size: 25}}, "continuous": {{Size: 25}},
		},
	},
	{
		Name:  AICPA,
		Title: evidence.Text{JA: "AICPA監査ガイドに基づく慣行", EN: "Customary after the audit guides of the AICPA"},
		Sizes: map[string][]Step{
			"yearly": {{Size: 1}}, "quarterly": {{Size: 2}}, "monthly": {{Size: 2}}, "weekly": {{Size: 5}},
			"daily": byPopulation, "per-occurrence": byPopulation, "continuous": byPopulation,
		},
	},
}

var byPopulation = []Step{{UpTo: 5, All: true}, {UpTo: 50, Size: 5}, {UpTo: 250, Percent: 10}, {Size: 25}}

// Frequencies are those that a table has sizes for.
func Frequencies() []string { return slices.Sorted(maps.Keys(Tables[0].Sizes)) }
