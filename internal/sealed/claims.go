package sealed

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// ClaimKind is the kind under which completeness claims are themselves records,
// so that a control can judge them.
const ClaimKind = "evidence.claim"

// claimJSON is the body of such a record.
type claimJSON struct {
	Source      string    `json:"source"`
	CollectedAt time.Time `json:"collected_at"`
	evidence.Claim
}

func claimBody(source string, a *attempt, c evidence.Claim) []byte {
	b, err := json.Marshal(claimJSON{source, a.collected().UTC(), c})
	if err != nil { // strings, numbers, maps of strings and times
		panic("sealed: claim cannot be encoded: " + err.Error())
	}
	return b
}

// claimRecords lists the claims of the latest readings of all units. A claim's time
// is the first instant of the period that it speaks for.
func (v *View) claimRecords() ([]evidence.Record, error) {
	var records []evidence.Record
	for _, s := range v.sources {
		for _, a := range v.held[s.Name].attempts {
			if !a.stands {
				continue
			}
			for i, c := range a.claims {
				id := fmt.Sprintf("%s %s", s.Name, a.unit.Key)
				if i > 0 {
					id += fmt.Sprintf(" %d", i+1)
				}
				at := c.Window.Start
				if at.Before(v.period.Start) {
					at = v.period.Start
				}
				r, err := evidence.NewRecord(ClaimKind, id, at, 0, claimBody(s.Name, a, c))
				if err != nil {
					return nil, err
				}
				records = append(records, r)
			}
		}
	}
	slices.SortFunc(records, compareRecords)
	return records, nil
}
