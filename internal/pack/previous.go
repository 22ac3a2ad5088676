package pack

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sign"
)

// Previous is the earlier period that a delta starts from: what its pack said, with
// the controls, parameters and responses of then, or what evaluating it anew gave.
type Previous struct {
	delta.Side
	Organisation evidence.Text // of its pack; empty: it has none
	Redacted     bool          // its pack is an auditor's copy

	// files are what its side follows from, by their paths in its pack. Those that were
	// evaluated anew have no manifest among them.
	files map[string][]byte
}

// ReadPrevious reads the earlier period from its pack, a zip or a folder. It checks the
// signature and the hash of every file that it reads; the error wraps ErrTampered when
// one does not hold. Who signed, it does not judge, and it repeats no test: verifying
// that pack does.
func ReadPrevious(name string) (p *Previous, err error) {
	fsys, closer, err := openPack(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closer()) }()
	p, _, err = readPrevious(func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) }, sign.Trust{})
	if err != nil {
		return nil, fmt.Errorf("the pack %s: %w", name, err)
	}
	return p, nil
}

// NewPrevious is the earlier period as it is evaluated today, by the same controls as
// the later one. The results may have more controls than those.
func NewPrevious(name string, results *evaluation.Results, answers []responses.File, library *controls.Library, framework *controls.Framework, tool string) (*Previous, error) {
	var b bytes.Buffer
	if err := results.Encode(&b); err != nil {
		return nil, err
	}
	p := &Previous{files: map[string][]byte{ResultsFile: b.Bytes()}}
	for _, f := range answers {
		p.files[path.Join(ResponsesDir, f.Path)] = f.Source
	}
	p.Side = delta.Side{Name: name, Library: library, Framework: framework, Tool: tool}
	return p, p.read(results.Period.Start.Location())
}

// readPrevious is what making a pack and verifying one both do: get reads a file by its
// path in the earlier pack.
func readPrevious(get func(name string) ([]byte, error), trust sign.Trust) (*Previous, sign.Signed, error) {
	fail := func(err error) (*Previous, sign.Signed, error) { return nil, sign.Signed{}, err }
	p := &Previous{files: map[string][]byte{}}
	for _, name := range []string{ManifestFile, SignatureFile} {
		b, err := get(name)
		if err != nil {
			return fail(err)
		}
		p.files[name] = b
	}
	signed, m, err := signedManifest(p.files[SignatureFile], p.files[ManifestFile], trust)
	if err != nil {
		return fail(fmt.Errorf("%w: %w", ErrTampered, err))
	}
	for _, f := range m.Files {
		if f.Path != ResultsFile && !strings.HasPrefix(f.Path, ControlsDir+"/") && !strings.HasPrefix(f.Path, ResponsesDir+"/") {
			continue
		}
		b, err := get(f.Path)
		if err != nil {
			return fail(err)
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != f.SHA256 {
			return fail(fmt.Errorf("%w: %s is not what was signed", ErrTampered, f.Path))
		}
		p.files[f.Path] = b
	}
	location, err := time.LoadLocation(m.Timezone)
	if err != nil {
		return fail(err)
	}
	sum := sha256.Sum256(p.files[ManifestFile])
	p.Organisation = m.Organisation
	p.Redacted = slices.ContainsFunc(m.Files, func(f File) bool { return f.Path == RedactionFile })
	p.Side = delta.Side{Name: m.PeriodName, Tool: m.Tool, Pack: &delta.Pack{
		ManifestSHA256: hex.EncodeToString(sum[:]), Framework: m.Framework, Signer: m.Signer.Fingerprint,
	}}
	if err := p.read(location); err != nil {
		return fail(err)
	}
	if !p.Period.Start.Equal(m.Period.Start) || !p.Period.End.Equal(m.Period.End) {
		return fail(fmt.Errorf("%w: %s and %s are of different periods", ErrTampered, ManifestFile, ResultsFile))
	}
	return p, signed, nil
}

// read fills the side in from the files. Without controls among them it keeps its own.
func (p *Previous) read(location *time.Location) error {
	results, err := evaluation.Read(bytes.NewReader(p.files[ResultsFile]))
	if err != nil {
		return fmt.Errorf("%s: %w", ResultsFile, err)
	}
	results.Period = evidence.Period{Start: results.Period.Start.In(location), End: results.Period.End.In(location)}
	p.Results, p.Period = results, results.Period
	if p.Pack != nil {
		if err := p.readLibrary(); err != nil {
			return err
		}
	}
	folder, err := folder(p.files, ResponsesDir)
	if err != nil {
		return err
	}
	files, err := responses.Load(folder, location)
	if err != nil {
		return fmt.Errorf("%s: %w", ResponsesDir, err)
	}
	if p.Answers, err = responses.Answer(files, results); err != nil {
		return fmt.Errorf("%s: %w", ResponsesDir, err)
	}
	return nil
}

// readLibrary loads the controls of then, with the parameters that they were given.
func (p *Previous) readLibrary() error {
	sources, err := folder(p.files, ControlsDir)
	if err != nil {
		return err
	}
	library, err := controls.LoadPart(sources)
	if err != nil {
		return err
	}
	if p.Library, err = library.Configure(settingsOf(p.Results)); err != nil {
		return err
	}
	p.Framework, err = p.Library.Framework(p.Pack.Framework)
	return err
}

// settingsOf are the settings that results were come by with.
func settingsOf(r *evaluation.Results) map[string]controls.Settings {
	settings := map[string]controls.Settings{}
	for _, c := range r.Controls {
		settings[c.ID] = controls.Settings{Params: c.Params, Owner: c.Owner}
	}
	return settings
}

// folder is what of the files stands below a folder, as a file system.
func folder(files map[string][]byte, dir string) (fs.FS, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		below, ok := strings.CutPrefix(name, dir+"/")
		if !ok {
			continue
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: below, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

// carry lists, in their order, the paths of the files that a pack must carry of the
// earlier period: all that its own files are not equal to.
func (p *Previous) carry(own []File) []string {
	same := func(name string) bool {
		sum := sha256.Sum256(p.files[name])
		return strings.HasPrefix(name, ControlsDir+"/") && slices.ContainsFunc(own, func(f File) bool {
			return f.Path == name && f.SHA256 == hex.EncodeToString(sum[:])
		})
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.files)), same)
}
