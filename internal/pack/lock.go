package pack

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/durable"
)

// BusyError: another process makes, signs or time-stamps the pack at this time.
type BusyError struct{ Pack string }

// Text says so, and what to do.
func (e *BusyError) Text() evidence.Text {
	return evidence.Text{
		JA: fmt.Sprintf("パック %s は、他のプロセスが作成、署名又はタイムスタンプの付与を行っている。その終了を待って、再度実行すること(異常終了したプロセスのロックは自動的に解放される)", e.Pack),
		EN: fmt.Sprintf("pack %s: another process is making, signing or time-stamping it: wait until it has ended, and run this again (a process that died gives its lock up by itself)", e.Pack),
	}
}

func (e *BusyError) Error() string { return e.Text().EN }

// lock keeps others from changing a pack, its zip and its folder alike, until it is
// released. The lock's file stands beside the pack: in it, it would be a file too many.
// However a pack is spelled (relative, by a link), there is one lock.
func lock(path string) (release func() error, err error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dir, name := filepath.Split(strings.TrimSuffix(whole, ".zip"))
	if to, err := filepath.EvalSymlinks(whole); err == nil {
		dir, name = filepath.Split(strings.TrimSuffix(to, ".zip"))
	} else if to, err := filepath.EvalSymlinks(dir); err == nil { // the pack is not there yet
		dir = to
	}
	release, err = durable.Lock(filepath.Join(dir, "."+name+".lock"))
	if errors.Is(err, durable.ErrLocked) {
		return nil, &BusyError{Pack: path}
	}
	return release, err
}
