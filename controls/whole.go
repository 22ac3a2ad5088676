package controls

import (
	"context"
	"fmt"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/evidencepack/evidence"
)

// member is a record of the population with its item's time.
type member struct {
	record evidence.Record
	time   time.Time
}

// population reads the whole population into memory.
func (f *frame) population(ctx context.Context) ([]member, error) {
	var members []member
	for rec, err := range f.records(ctx) {
		if err != nil {
			return nil, fmt.Errorf("control %s: %w", f.control.ID, err)
		}
		t, ok, err := f.member(rec)
		if err != nil {
			return nil, f.wrap(rec, err)
		}
		if ok {
			members = append(members, member{rec, t})
		}
	}
	return members, ctx.Err()
}

// wholeDocument is the policy's input with scope whole.
func (f *frame) wholeDocument(members []member) (ast.Value, error) {
	terms := make([]*ast.Term, len(members))
	for i, m := range members {
		body, err := parseValue(m.record.Body)
		if err != nil {
			return nil, f.wrap(m.record, fmt.Errorf("body: %w", err))
		}
		terms[i] = ast.ObjectTerm(
			ast.Item(ast.StringTerm("id"), ast.StringTerm(m.record.ID)),
			ast.Item(ast.StringTerm("time"), ast.StringTerm(m.time.Format(time.RFC3339Nano))),
			ast.Item(ast.StringTerm("record"), ast.NewTerm(body)),
		)
	}
	related, err := f.allRelated()
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", f.control.ID, err)
	}
	return f.document("records", ast.NewArray(terms...), related), nil
}

func (f *frame) evaluateWhole(ctx context.Context, emit func(Item) error) error {
	members, err := f.population(ctx)
	if err != nil {
		return err
	}
	items, err := f.wholeByExemptions(ctx, members)
	for _, item := range items {
		if err := emit(item); err != nil {
			return err
		}
	}
	return err
}

// wholeItems judges the population by the frame's own exemptions. Items before the
// first that cannot be judged are returned with its error.
func (f *frame) wholeItems(ctx context.Context, members []member) ([]Item, error) {
	input, err := f.wholeDocument(members)
	if err != nil {
		return nil, err
	}
	j, err := f.ask(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", f.control.ID, err)
	}
	byItem, err := f.byItem(members, j)
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", f.control.ID, err)
	}
	items := make([]Item, 0, len(members))
	for _, m := range members {
		item, err := judge(m.record, m.time, f.in.AsOf, *byItem[m.record.ID])
		if err != nil {
			return items, f.wrap(m.record, err)
		}
		item.SHA256 = m.record.BodySHA256()
		items = append(items, item)
	}
	return items, nil
}

// byItem sorts the policy's answer by item. A finding about an item that the
// population does not have is an error: it would vanish otherwise.
func (f *frame) byItem(members []member, j judgement) (map[string]*judgement, error) {
	found := make(map[string]*judgement, len(members))
	for _, m := range members {
		found[m.record.ID] = &judgement{}
	}
	for _, x := range j.exceptions {
		if found[x.item] == nil {
			return nil, fmt.Errorf("exception of item %q, which is not in the population", x.item)
		}
		found[x.item].exceptions = append(found[x.item].exceptions, x)
	}
	for _, x := range j.undetermined {
		if found[x.item] == nil {
			return nil, fmt.Errorf("undetermined item %q, which is not in the population", x.item)
		}
		found[x.item].undetermined = append(found[x.item].undetermined, x)
	}
	for _, x := range j.pending {
		if found[x.item] == nil {
			return nil, fmt.Errorf("pending item %q, which is not in the population", x.item)
		}
		found[x.item].pending = append(found[x.item].pending, x)
	}
	for _, x := range j.observations {
		if found[x.item] == nil {
			return nil, fmt.Errorf("observation of item %q, which is not in the population", x.item)
		}
		found[x.item].observations = append(found[x.item].observations, x)
	}
	for _, x := range j.because { // of items that are not applicable, as is known already
		if found[x.item] != nil {
			found[x.item].because = append(found[x.item].because, x)
		}
	}
	for _, id := range j.notApplicable {
		if found[id] == nil {
			return nil, fmt.Errorf("not applicable item %q, which is not in the population", id)
		}
		found[id].notApplicable = []string{id}
	}
	return found, nil
}
