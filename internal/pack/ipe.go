package pack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sealed"
)

// ipe is ipe.json: how the populations were obtained.
type ipe struct {
	Sources []sealed.Description    `json:"sources"`
	Records map[string]sealed.Stats `json:"records"` // of the period, by kind

	// Around counts, by kind, what other periods' collections sealed and items
	// are joined with.
	Around map[string]sealed.Around `json:"around_period,omitempty"`
}

// newIPE tells of the kinds that are selected.
func newIPE(ctx context.Context, v *sealed.View, want []evidence.Selection) (*ipe, error) {
	doc := &ipe{Sources: v.Describe(), Records: map[string]sealed.Stats{}, Around: v.Around(want)}
	for _, s := range v.Expected() {
		for _, kind := range s.Kinds {
			if !slices.ContainsFunc(want, func(s evidence.Selection) bool { return s.Kind == kind }) {
				continue
			}
			stats, err := v.Stats(ctx, kind)
			if err != nil {
				return nil, err
			}
			doc.Records[kind] = stats
		}
	}
	return doc, nil
}

func (doc *ipe) encode() ([]byte, error) {
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", IPEFile, err)
	}
	return append(b, '\n'), nil
}
