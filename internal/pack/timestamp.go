package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/evidencepack/evidence/internal/durable"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// Authority is a timestamp authority and where it is.
type Authority interface {
	tsa.Authority
	// String is its address, with nothing secret in it.
	String() string
}

// Unanswered tells of authorities that gave no timestamp.
type Unanswered struct {
	Errors []error // one for each
	None   bool    // no signature of the pack has a timestamp now
}

func addresses(list []Authority) []string {
	var all []string
	for _, a := range list {
		all = append(all, a.String())
	}
	return all
}

// timestamp has the signatures of an envelope confirmed by all authorities.
func (b *builder) timestamp(ctx context.Context, envelope []byte) ([]byte, error) {
	if len(b.Authorities) == 0 {
		return envelope, nil
	}
	stamped, unanswered, err := askAll(ctx, envelope, b.Authorities)
	if err != nil {
		return nil, err
	}
	if len(unanswered.Errors) > 0 && b.Unanswered != nil {
		b.Unanswered(unanswered)
	}
	return stamped, nil
}

func askAll(ctx context.Context, envelope []byte, list []Authority) ([]byte, Unanswered, error) {
	var authorities []tsa.Authority
	for _, a := range list {
		authorities = append(authorities, a)
	}
	stamped, failed, err := sign.Timestamp(ctx, envelope, authorities)
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, Unanswered{}, err
	}
	with, _, err := sign.Timestamped(stamped)
	return stamped, Unanswered{failed, with == 0}, err
}

// Timestamped is what Timestamp did.
type Timestamped struct {
	Paths      []string    // whose envelope was replaced: the zip, the folder, or both
	Before     []tsa.Stamp // timestamps that were there already
	Added      []tsa.Stamp
	Unanswered Unanswered
}

// look reads the envelope and the timestamps that it has, and whether more are wanted.
func (t *Timestamped) look(path string, more bool) (envelope []byte, needed bool, err error) {
	if envelope, err = checkedEnvelope(path); err != nil {
		return nil, false, err
	}
	if t.Before, err = stampsOf(envelope); err != nil {
		return nil, false, err
	}
	with, all, err := sign.Timestamped(envelope)
	return envelope, err == nil && (with < all || more), err
}

// Timestamp has the signatures of a pack that was made already confirmed, and puts the
// timestamps beside them. Nothing else of the pack changes, and no key is needed. A pack
// whose signatures all have one is left as it is unless more is wanted. Where the pack's zip and
// its folder stand beside each other and have the same signature, both get them. The
// error wraps ErrTampered where the pack's container or signature does not hold; that
// its files and results do, Verify tells. It is a *BusyError while another process
// changes the pack.
func Timestamp(ctx context.Context, path string, authorities []Authority, more bool) (done Timestamped, err error) {
	if _, err := os.Stat(path); err != nil {
		return done, err
	}
	release, err := lock(path)
	if err != nil {
		// A pack that needs nothing may lie where nothing can be written.
		if _, needed, unsound := done.look(path, more); !errors.As(err, new(*BusyError)) && unsound == nil && !needed {
			return done, nil
		}
		return done, err
	}
	defer func() { err = errors.Join(err, release()) }()
	envelope, needed, err := done.look(path, more)
	if err != nil || !needed {
		return done, err
	}
	stamped, unanswered, err := askAll(ctx, envelope, authorities)
	if done.Unanswered = unanswered; err != nil || bytes.Equal(stamped, envelope) {
		return done, err
	}
	all, err := stampsOf(stamped)
	if err != nil {
		return done, err
	}
	for _, s := range all {
		if !containsStamp(done.Before, s) {
			done.Added = append(done.Added, s)
		}
	}
	for _, p := range alike(path, envelope) {
		if err := replaceEnvelope(p, envelope, stamped); err != nil {
			return done, fmt.Errorf("%s: %w", p, err)
		}
		done.Paths = append(done.Paths, p)
	}
	return done, nil
}

func containsStamp(list []tsa.Stamp, s tsa.Stamp) bool {
	for _, o := range list {
		if o.Authority == s.Authority && o.Serial.Cmp(s.Serial) == 0 && o.At.Equal(s.At) {
			return true
		}
	}
	return false
}

// stampsOf lists the timestamps of a sound envelope.
func stampsOf(envelope []byte) (all []tsa.Stamp, err error) {
	signed, err := sign.Verify(envelope, sign.Trust{})
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrTampered, SignatureFile, err)
	}
	for _, s := range signed.Signatures {
		all = append(all, s.Stamps...)
	}
	return all, nil
}

// checkedEnvelope reads a pack's envelope. Of a zip it checks every byte, of both that
// the signature is of the manifest.
func checkedEnvelope(path string) (envelope []byte, err error) {
	fsys, closer, err := openPack(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closer()) }()
	if _, ok := fsys.(storedFS); ok {
		if err := CheckZip(path, fsys); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTampered, err)
		}
	}
	if envelope, err = fs.ReadFile(fsys, SignatureFile); err != nil {
		return nil, err
	}
	manifest, err := fs.ReadFile(fsys, ManifestFile)
	if err != nil {
		return nil, err
	}
	if _, _, err := signedManifest(envelope, manifest, sign.Trust{}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	return envelope, nil
}

// alike lists the pack at path, and its other form beside it where that has the same envelope.
func alike(path string, envelope []byte) []string {
	path = filepath.Clean(path)
	other, zipped := strings.CutSuffix(path, ".zip")
	if !zipped {
		other = path + ".zip"
	}
	if there, err := checkedEnvelope(other); err == nil && bytes.Equal(there, envelope) {
		return []string{path, other}
	}
	return []string{path}
}

// replaceEnvelope puts another envelope into a pack. The pack has the old one or the new
// one, and is whole, at any time.
func replaceEnvelope(path string, former, envelope []byte) error {
	unchanged := func() error { // authorities may take minutes to answer, and not every file system has locks
		now, err := checkedEnvelope(path)
		if err == nil && !bytes.Equal(now, former) {
			err = errors.New("it was signed or stamped by another meanwhile, and is left as it is: try again")
		}
		return err
	}
	if err := unchanged(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		// Beside the pack, not in it: a file that is left there would be one too many.
		return durable.Disk{Temp: filepath.Dir(path)}.Write(durable.File{
			Path: filepath.Join(path, SignatureFile), Data: envelope, Perm: 0o644, Replace: true,
		})
	}
	return durable.ReplaceFile(path, info.Mode().Perm(), func(w io.Writer) (err error) {
		fsys, closer, err := openPack(path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closer()) }()
		return errors.Join(WriteZip(w, withFile{fsys, SignatureFile, envelope}), unchanged())
	})
}

// withFile is a file system in which one file has other content.
type withFile struct {
	fs.FS
	name string
	data []byte
}

func (w withFile) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil || name != w.name {
		return f, err
	}
	return &otherContent{f, bytes.NewReader(w.data)}, nil
}

// otherContent takes all but its bytes from the file that it stands for.
type otherContent struct {
	fs.File
	*bytes.Reader
}

func (o *otherContent) Read(p []byte) (int, error) { return o.Reader.Read(p) }

// Size is not that of the file that it stands for; nobody may ask that.
func (o *otherContent) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }
