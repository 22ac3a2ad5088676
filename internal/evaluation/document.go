package evaluation

import (
	"context"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Document returns the input document on which a control judges one item, with
// all that it is joined with: what a stock opa needs to repeat the test. See
// [controls.Evaluator.Document].
func Document(ctx context.Context, view *sealed.View, c *controls.Control, id string) ([]byte, error) {
	evaluator, err := controls.Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	return evaluator.Document(ctx, controls.Input{Period: view.Period(), AsOf: view.AsOf(), Evidence: view.For(c.Selections())}, id)
}
