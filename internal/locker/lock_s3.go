package locker

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// In a bucket the lock is one object, lock/writer, that is only ever written with
// a condition: that it is not there, or that it is still what its writer read.
// Of two that try at once, S3 refuses one.
//
// A process that slept may wake up long after another took the lock over, with a
// write under way that S3 cannot tie to the lock. So sealing first writes the
// signed checkpoint into lock/writer, which only the holder can. Whoever takes the
// lock over stores that checkpoint before anything else, and what the sleeper then
// stores is the same. Two different checkpoints can never follow one.
//
// What is appended is not tied to the lock so closely: each write is given up
// before the lock could be taken over, by the clock of the writing machine.
const leaseName = lockFolder + "writer"

const (
	leaseBeat   = time.Minute     // between renewals
	leaseMargin = 2 * time.Minute // by which writes end before the lock can be taken over
	maxLease    = 2 * maxNote
)

// leaseState is lock/writer: one line of JSON.
type leaseState struct {
	process
	Turn      string `json:"turn"` // who, and how many times it wrote: no two states are the same
	Released  bool   `json:"released"`
	Committed []byte `json:"committed,omitempty"` // the last checkpoint that was committed to
}

// parseLease reads what line writes, and nothing else.
func parseLease(data []byte) (leaseState, error) {
	var l leaseState
	if err := json.Unmarshal(data, &l); err != nil {
		return leaseState{}, err
	}
	if canonical, err := l.line(); err != nil || !bytes.Equal(canonical, data) {
		return leaseState{}, errors.Join(err, errors.New("not written in its canonical form"))
	}
	return l, nil
}

func (l leaseState) line() ([]byte, error) {
	data, err := json.Marshal(l)
	return append(data, '\n'), err
}

// seenLease is lock/writer as it was read.
type seenLease struct {
	leaseState
	etag *string
	age  time.Duration // by S3's own clock
}

// free reports whether the lock may be taken.
func (l seenLease) free(silence time.Duration) bool {
	return l.Released || l.age > silence || l.gone()
}

func (l seenLease) locked() *LockedError {
	return &LockedError{PID: l.PID, Host: l.Host, Since: l.Since}
}

// readLease returns nil when there is no lock/writer yet.
func (s *bucket) readLease(ctx context.Context) (*seenLease, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.name, Key: s.key(leaseName)})
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, s.explain("read", leaseName, err)
	}
	data, err := io.ReadAll(io.LimitReader(out.Body, maxLease))
	if err := errors.Join(err, out.Body.Close()); err != nil {
		return nil, s.explain("read", leaseName, err)
	}
	seen := seenLease{etag: out.ETag}
	if seen.leaseState, err = parseLease(data); err != nil {
		return nil, fmt.Errorf("%w: %s/%s: %w", ErrTampered, s, leaseName, err)
	}
	if at, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok && out.LastModified != nil {
		seen.age = at.Sub(*out.LastModified)
	}
	return &seen, nil
}

// writeLease writes a state over the one with the ETag, or, without one, where
// there is none. refused(err) says that another was first.
func (s *bucket) writeLease(ctx context.Context, state leaseState, over *string) (etag *string, err error) {
	data, err := state.line()
	if err != nil {
		return nil, err
	}
	in := s.putInput(leaseName, data)
	if in.IfMatch = over; over == nil {
		in.IfNoneMatch = aws.String("*")
	}
	out, err := s.client.PutObject(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.ETag, nil
}

func (s *bucket) Busy(ctx context.Context) error {
	seen, err := s.readLease(ctx)
	if err != nil || seen == nil || seen.free(s.silence) {
		return err
	}
	return seen.locked()
}

// Lock looks at the bucket's settings before it takes the lock: what is written
// to a bucket that keeps no versions is not kept.
func (s *bucket) Lock(ctx context.Context) (Lock, error) {
	if err := s.fit(ctx); err != nil {
		return nil, err
	}
	seen, err := s.readLease(ctx)
	if err != nil {
		return nil, err
	}
	if seen == nil {
		seen = &seenLease{}
	} else if !seen.free(s.silence) {
		return nil, seen.locked()
	}
	l := &lease{
		store: s, who: rand.Text(), etag: seen.etag, stop: make(chan struct{}), done: make(chan struct{}),
		state: leaseState{process: self(time.Now()), Committed: seen.Committed},
	}
	if err := l.write(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.lease = l
	s.mu.Unlock()
	go l.beat()
	return l, nil
}

// whileHeld bounds a write by the time for which the lock is certainly held.
func (s *bucket) whileHeld(ctx context.Context) (context.Context, context.CancelFunc) {
	s.mu.Lock()
	l := s.lease
	s.mu.Unlock()
	if l == nil {
		return context.WithCancel(ctx)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return context.WithDeadlineCause(ctx, l.renewed.Add(LockSilence-leaseMargin), errLeaseEnded)
}

var errLeaseEnded = fmt.Errorf("%w: the lock could not be renewed in time", ErrLocked)

// lease is lock/writer, held.
type lease struct {
	store *bucket
	who   string

	mu      sync.Mutex
	state   leaseState
	etag    *string
	turns   int
	renewed time.Time // when the last write of it that succeeded was begun
	lost    error

	stop, done chan struct{}
}

// write writes the state anew. Once another has written, the lock is lost for good.
func (l *lease) write(ctx context.Context) error {
	if l.lost != nil {
		return l.lost
	}
	l.turns++
	l.state.Turn = l.who + "-" + strconv.Itoa(l.turns)
	begun := time.Now().Round(0) // by the clock on the wall: the other stands still while the machine sleeps
	etag, err := l.store.writeLease(ctx, l.state, l.etag)
	if refused(err) || missing(err) {
		etag, err = l.mine(ctx)
	}
	if err != nil {
		return l.store.explain("write", leaseName, err)
	}
	l.etag, l.renewed = etag, begun
	return nil
}

// mine finds out whether a write that was refused came to pass by an earlier
// attempt whose answer was lost.
func (l *lease) mine(ctx context.Context) (*string, error) {
	seen, err := l.store.readLease(ctx)
	switch {
	case err != nil:
		return nil, err
	case seen != nil && seen.Turn == l.state.Turn:
		return seen.etag, nil
	case seen != nil && strings.HasPrefix(seen.Turn, l.who+"-"):
		return l.store.writeLease(ctx, l.state, seen.etag) // a renewal of which we never heard
	case seen == nil:
		l.lost = fmt.Errorf("%w: the lock was lost: %s/%s was deleted", ErrLocked, l.store, leaseName)
	default:
		l.lost = seen.locked()
	}
	return nil, l.lost
}

func (l *lease) beat() {
	defer close(l.done)
	tick := time.NewTicker(leaseBeat)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
			ctx, cancel := context.WithTimeout(context.Background(), leaseBeat)
			l.mu.Lock()
			_ = l.write(ctx) // when it fails for long, Held says so
			l.mu.Unlock()
			cancel()
		}
	}
}

func (l *lease) Held(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return l.lost
	}
	if time.Now().Round(0).Sub(l.renewed) < 2*leaseBeat {
		return nil
	}
	if err := l.write(ctx); err != nil {
		return fmt.Errorf("%w: %w", errLeaseEnded, err)
	}
	return nil
}

func (l *lease) Commit(ctx context.Context, checkpoint []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.state.Committed
	l.state.Committed = checkpoint
	if err := l.write(ctx); err != nil {
		l.state.Committed = before
		return err
	}
	return nil
}

func (l *lease) Committed() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Committed
}

// Release leaves lock/writer there: what was committed to stays on record.
func (l *lease) Release() error {
	close(l.stop)
	<-l.done
	l.store.mu.Lock()
	l.store.lease = nil
	l.store.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost != nil {
		return nil
	}
	l.state.Released = true
	ctx, cancel := context.WithTimeout(context.Background(), leaseBeat)
	defer cancel()
	if err := l.write(ctx); err != nil && !errors.Is(err, ErrLocked) {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}
