package tsa

import (
	"context"
	"errors"
	"sync"
)

// InTurn asks one authority after the other until one has answered.
type InTurn []Authority

// ErrNone: no authority is configured.
var ErrNone = errors.New("no timestamp authority is configured")

// Timestamp returns the first token; the error is of all authorities, where none answered.
func (list InTurn) Timestamp(ctx context.Context, message []byte) ([]byte, error) {
	if len(list) == 0 {
		return nil, ErrNone
	}
	var failed []error
	for _, a := range list {
		token, err := a.Timestamp(ctx, message)
		if err == nil {
			return token, nil
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// Gather asks all authorities at once. It returns the tokens of those that answered, in
// their order, and the errors of the others.
func Gather(ctx context.Context, list []Authority, message []byte) (tokens [][]byte, failed []error) {
	got := make([][]byte, len(list))
	errs := make([]error, len(list))
	var wait sync.WaitGroup
	for i, a := range list {
		wait.Go(func() { got[i], errs[i] = a.Timestamp(ctx, message) })
	}
	wait.Wait()
	for i := range list {
		if errs[i] != nil {
			failed = append(failed, errs[i])
			continue
		}
		tokens = append(tokens, got[i])
	}
	return tokens, failed
}
