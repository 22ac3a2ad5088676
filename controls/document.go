package controls

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Document returns the input document on which the item with the record ID is
// judged, as JSON, so that stock opa can repeat the test:
//
//	opa eval --strict-builtin-errors --data policy.rego --input document.json 'data.evidence.log_01'
//
// A policy that uses the Rego library needs that beside it: --data lib/. What was
// extracted from the item and joined to it stands in the document.
//
// With scope whole there is one document for all items, and id is not looked at.
func (e *Evaluator) Document(ctx context.Context, in Input, id string) ([]byte, error) {
	f, err := e.frame(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", e.control.ID, err)
	}
	if e.control.Scope == Whole {
		members, err := f.population(ctx)
		if err != nil {
			return nil, err
		}
		if p := f.last(); p != nil {
			f = p.held
		}
		v, err := f.wholeDocument(members)
		if err != nil {
			return nil, err
		}
		return documentJSON(v)
	}
	for rec, err := range f.records(ctx) {
		if err != nil {
			return nil, fmt.Errorf("control %s: %w", e.control.ID, err)
		}
		if rec.ID != id {
			continue
		}
		t, ok, err := f.member(rec)
		if err != nil || !ok {
			if err == nil {
				break
			}
			return nil, f.wrap(rec, err)
		}
		if p := f.phaseOf(rec, t); p != nil {
			f = p.held
		}
		v, err := f.itemDocument(rec)
		if err != nil {
			return nil, f.wrap(rec, err)
		}
		return documentJSON(v)
	}
	return nil, fmt.Errorf("control %s: %w item %q of its population in the period", e.control.ID, ErrUnknown, id)
}

func documentJSON(v ast.Value) ([]byte, error) {
	plain, err := ast.JSON(v)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(plain, "", "  ")
}
