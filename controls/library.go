package controls

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Library is a set of controls, the frameworks that they serve and the registers
// that list their items.
type Library struct {
	Controls   []*Control   // in the order of their IDs
	Frameworks []*Framework // in the order of their IDs
	Registers  []*Register  // in the order of their IDs

	modules modules
}

// maxSource bounds a control's source files and a framework file, in bytes.
const maxSource = 1 << 20

// Load reads controls, frameworks/*.yaml, registers/*.yaml, schemas/*.json and
// the Rego library lib/*.rego of the layers, in order. A later layer adds to the
// earlier ones, and replaces what has the same ID, kind or name. Kinds without a schema in the layers have
// the shipped one. Errors name the file and, where there is one, the line.
func Load(layers ...fs.FS) (*Library, error) {
	l, err := load(layers)
	if err != nil {
		return nil, err
	}
	if err := l.checkMappings(); err != nil {
		return nil, err
	}
	return l, l.checkRegisters(false)
}

// LoadPart is Load for one layer that holds part of a library, as a pack does:
// its registers may name controls that are not in it.
func LoadPart(layer fs.FS) (*Library, error) {
	l, err := load([]fs.FS{layer})
	if err != nil {
		return nil, err
	}
	if err := l.checkMappings(); err != nil {
		return nil, err
	}
	return l, l.checkRegisters(true)
}

func load(layers []fs.FS) (*Library, error) {
	byID := map[string]*Control{}
	frameworks := map[string]*Framework{}
	registers := map[string]*Register{}
	kinds := schemas{}
	rego := modules{}
	for _, layer := range layers {
		if err := loadControls(layer, byID); err != nil {
			return nil, err
		}
		if err := loadFrameworks(layer, frameworks); err != nil {
			return nil, err
		}
		if err := loadRegisters(layer, registers); err != nil {
			return nil, err
		}
		if err := kinds.load(layer); err != nil {
			return nil, err
		}
		if err := rego.load(layer); err != nil {
			return nil, err
		}
	}
	l := &Library{modules: rego}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		byID[id].schemas, byID[id].modules = kinds, rego
		byID[id].carryModules()
		l.Controls = append(l.Controls, byID[id])
	}
	for _, id := range slices.Sorted(maps.Keys(frameworks)) {
		l.Frameworks = append(l.Frameworks, frameworks[id])
	}
	for _, id := range slices.Sorted(maps.Keys(registers)) {
		l.Registers = append(l.Registers, registers[id])
	}
	return l, nil
}

// loadControls reads every folder of the layer that holds a control.yaml.
func loadControls(layer fs.FS, byID map[string]*Control) error {
	seen := map[string]string{} // ID to folder, within this layer
	return fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || d.Name() != ControlFile {
			return nil
		}
		c, err := readControl(layer, path.Dir(name))
		if err != nil {
			return err
		}
		if other, ok := seen[c.ID]; ok {
			return fmt.Errorf("%s: control %s is in %s already", name, c.ID, other)
		}
		seen[c.ID] = c.dir
		byID[c.ID] = c
		return nil
	})
}

func readControl(layer fs.FS, dir string) (*Control, error) {
	files := map[string][]byte{}
	for _, name := range []string{ControlFile, PolicyFile} {
		b, err := readSource(layer, path.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files[name] = b
	}
	c, err := decodeControl(path.Join(dir, ControlFile), files[ControlFile])
	if err != nil {
		return nil, err
	}
	c.Files, c.fsys, c.dir = files, layer, dir
	return c, nil
}

// carryModules adds the library modules that the policy uses to the control's
// Files. A policy that does not parse uses none: compiling it tells why.
func (c *Control) carryModules() {
	policy, err := parseRego(path.Join(c.dir, PolicyFile), c.Files[PolicyFile])
	if err != nil {
		return
	}
	for _, name := range c.modules.reached(policy) {
		c.Files[c.modules[name].file()] = c.modules[name].src
	}
}

func readSource(layer fs.FS, name string) ([]byte, error) {
	f, err := layer.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if n, err := b.ReadFrom(io.LimitReader(f, maxSource+1)); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	} else if n > maxSource {
		return nil, fmt.Errorf("read %s: larger than %d bytes", name, maxSource)
	}
	return b.Bytes(), nil
}

// checkMappings refuses frameworks that name controls which do not exist.
func (l *Library) checkMappings() error {
	for _, f := range l.Frameworks {
		for i, item := range f.Items {
			for j, id := range item.Controls {
				if _, err := l.Find(id); err != nil {
					return f.source.errorf(fmt.Sprintf("$.items[%d].controls[%d]", i, j), "%w", err)
				}
			}
		}
	}
	return nil
}

// ErrUnknown is wrapped by errors about a control or framework that does not exist.
var ErrUnknown = errors.New("unknown")

// Find returns the control with the ID, in whatever case it is written. The
// error for an unknown one wraps [ErrUnknown] and lists near names.
func (l *Library) Find(id string) (*Control, error) {
	var ids []string
	for _, c := range l.Controls {
		if strings.EqualFold(c.ID, id) {
			return c, nil
		}
		ids = append(ids, c.ID)
	}
	return nil, unknown("control", id, ids)
}

// Framework returns the framework with the ID; its errors are like Find's.
func (l *Library) Framework(id string) (*Framework, error) {
	var ids []string
	for _, f := range l.Frameworks {
		if strings.EqualFold(f.ID, id) {
			return f, nil
		}
		ids = append(ids, f.ID)
	}
	return nil, unknown("framework", id, ids)
}

// unknown reports that there is no id, and what its writer may have meant: the
// names with up to two slips, or else all of the same family.
func unknown(what, id string, ids []string) error {
	upper := strings.ToUpper(id)
	family, _, _ := strings.Cut(upper, "-")
	var near []string
	for _, known := range ids {
		k := strings.ToUpper(known)
		if levenshtein.ComputeDistance(upper, k) <= 2 || strings.HasPrefix(k, family+"-") {
			near = append(near, known)
		}
	}
	if len(near) == 0 {
		near = ids
	}
	if len(near) == 0 {
		return fmt.Errorf("%w %s %q: there are none", ErrUnknown, what, id)
	}
	return fmt.Errorf("%w %s %q: is it one of %s?", ErrUnknown, what, id, strings.Join(near, ", "))
}
