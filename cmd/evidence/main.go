// Command evidence collects audit evidence, judges it by controls, and makes
// signed packs that an auditor verifies offline.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/pipeline"
)

func main() {
	heap.Tune()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program without the process: arguments in, exit code out.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	a := &app{stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && err != nil {
		fmt.Fprintln(stderr, "evidence: interrupted; what was written is durable, and running again continues from it")
		return exitInterrupted
	}
	code, hint := classify(err)
	if err != nil && !errors.As(err, new(outcome)) {
		fmt.Fprintln(stderr, "evidence:", safe(err.Error()))
		if hint != "" {
			fmt.Fprintln(stderr, "hint:", hint)
		}
	}
	return code
}

// Exit codes. Scripts depend on them.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitExceptions  = 3 // exceptions noted
	exitIncomplete  = 4 // evidence incomplete: a control is not evaluable
	exitNoLocker    = 10
	exitLocked      = 11
	exitTampered    = 12
	exitInterrupted = 130
)

// outcome is an exit code that is no error: everything worked, and the answer
// is that there are exceptions or that evidence is incomplete.
type outcome int

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", int(o)) }

// usageError is about how the command was typed.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// classify turns an error into an exit code and into what its reader can do.
func classify(err error) (code int, hint string) {
	var o outcome
	var u usageError
	switch {
	case err == nil:
		return exitOK, ""
	case errors.As(err, &o):
		return int(o), ""
	case errors.As(err, &u):
		return exitUsage, "evidence help"
	case errors.Is(err, config.ErrNotFound):
		return exitError, "evidence init makes one, --config names another, and evidence demo shows a working one"
	case errors.Is(err, locker.ErrNotFound):
		return exitNoLocker, "evidence init makes a locker where evidence.yaml says it is"
	case errors.Is(err, locker.ErrUnsealed):
		return exitNoLocker, "evidence run --period … collects and seals; evidence seal seals what was collected"
	case errors.As(err, new(*pack.BusyError)):
		return exitLocked, "" // it says itself what to do, in the reader's language
	case errors.Is(err, locker.ErrLocked):
		return exitLocked, "wait until the other run has ended; a run that died gives its lock up by itself"
	case errors.Is(err, pipeline.ErrNoApprover):
		return exitError, "evidence.yaml names one under sign: approver (evidence init shows how)"
	case errors.Is(err, pack.ErrSamePerson):
		return exitError, "a pack is approved by somebody else than who signed it, with a key of their own"
	case errors.Is(err, locker.ErrTampered), errors.Is(err, pack.ErrTampered):
		return exitTampered, ""
	}
	return exitError, ""
}
