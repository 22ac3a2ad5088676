package responses

import (
	"errors"
	"fmt"
	"time"

	"github.com/evidencepack/evidence/internal/evaluation"
)

// Answers are the responses to the exceptions of results.
type Answers struct {
	Files []File // that have them
	of    map[exception]*Response
}

type exception struct{ control, item string } // by its identity

// Of finds the response to an exception; nil: there is none.
func (a *Answers) Of(control, item string) *Response {
	if a == nil {
		return nil
	}
	return a.of[exception{control, item}]
}

// Answer ties responses to the exceptions that they answer. Its error names every
// response to what is no exception, and every one that had lapsed when the evidence was
// collected: that is the only clock, so that the same evidence and the same responses
// give the same pack at any time.
func Answer(files []File, results *evaluation.Results) (*Answers, error) {
	a := &Answers{Files: files, of: map[exception]*Response{}}
	var wrong []error
	for i := range files {
		f := &files[i]
		tested := results.Find(f.Control)
		if tested == nil {
			return nil, fmt.Errorf("%s: control %s was not tested", f.Path, f.Control)
		}
		called := named(f.Responses, tested)
		for n := range f.Responses {
			if err := a.add(&f.Responses[n], called, results.AsOf); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return a, errors.Join(wrong...)
}

func (a *Answers) add(r *Response, called map[string]exceptions, asOf time.Time) error {
	id, err := called[r.Item].one(r)
	if err != nil {
		return fmt.Errorf("%s: %w", r.place(), err)
	}
	if !r.Expires.IsZero() && !r.Expires.After(asOf) {
		return fmt.Errorf("%s: the response to %s %q lapsed at %s, before the evidence was collected at %s: renew it, or take it out",
			r.place(), r.Control, r.Item, r.Expires.Format(time.RFC3339), asOf.In(r.Expires.Location()).Format(time.RFC3339))
	}
	key := exception{r.Control, id}
	if o := a.of[key]; o != nil {
		return fmt.Errorf("%s: %s %q is answered in %s too", r.place(), r.Control, r.Item, o.place())
	}
	a.of[key] = r
	return nil
}

// exceptions are those of one name: the one whose identity it is, and those that are
// labelled so.
type exceptions struct {
	is       bool
	labelled []string
}

// named finds the exceptions that responses name.
func named(responses []Response, tested *evaluation.Control) map[string]exceptions {
	called := map[string]exceptions{}
	for _, r := range responses {
		called[r.Item] = exceptions{}
	}
	for _, item := range tested.Exceptions {
		if e, ok := called[item.ID]; ok {
			e.is = true
			called[item.ID] = e
		}
		if e, ok := called[item.Label]; ok {
			e.labelled = append(e.labelled, item.ID)
			called[item.Label] = e
		}
	}
	return called
}

// one is the identity of the exception that a response means.
func (e exceptions) one(r *Response) (string, error) {
	switch {
	case e.is:
		return r.Item, nil
	case len(e.labelled) == 1:
		return e.labelled[0], nil
	case len(e.labelled) == 0:
		return "", fmt.Errorf("%s has no exception %q: a response answers an exception of its period, by the identity that reports show", r.Control, r.Item)
	}
	return "", fmt.Errorf("%d exceptions of %s are called %q: name the identity of one", len(e.labelled), r.Control, r.Item)
}
