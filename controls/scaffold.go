package controls

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

//go:embed scaffold
var scaffold embed.FS

// ownFramework is the framework file of an organisation's own controls, which
// Scaffold begins and adds to.
const ownFramework = "frameworks/own.yaml"

// Scaffold writes a new control, id on records of the kind, into dir, a layer
// for [Load]: own/<id>/ with a small working example to be edited, and an item
// in frameworks/own.yaml. What it writes passes [Test] at once. It refuses to
// touch a control that is there already.
func Scaffold(dir, id, kind string) error {
	if !idPattern.MatchString(id) {
		return fmt.Errorf("control %q: want capitals, digits and hyphens, such as LOG-01", id)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lib, err := Load(shipped, os.DirFS(dir))
	if err != nil {
		return err
	}
	if c, err := lib.Find(id); err == nil {
		return fmt.Errorf("control %s: it is in %s already", id, c.dir)
	}
	field, err := exampleField(dir, kind)
	if err != nil {
		return err
	}
	values := map[string]string{"ID": id, "Kind": kind, "Field": field, "Package": (&Control{ID: id}).Package()}
	folder := filepath.Join(dir, "own", strings.ToLower(id))
	for _, name := range []string{ControlFile, PolicyFile, testFile, "testdata/SOURCES.md", "testdata/examples.json"} {
		text, err := expand(name, values)
		if err != nil {
			return err
		}
		if err := create(filepath.Join(folder, filepath.FromSlash(name)), text); err != nil {
			return err
		}
	}
	return mapToOwn(dir, values)
}

// exampleField is a text that every record of the kind has: the first of the
// required properties in its schema that is a string.
func exampleField(dir, kind string) (string, error) {
	kinds := schemas{}
	if err := kinds.load(os.DirFS(dir)); err != nil {
		return "", err
	}
	record, err := kinds.record(kind)
	if err != nil {
		return "", err
	}
	schema, _ := record.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		name, _ := name.(string)
		property, _ := properties[name].(map[string]any)
		if property["type"] == "string" && dottedPattern.MatchString(name) {
			return name, nil
		}
	}
	return "", fmt.Errorf("schemas/%s.json: no required property is a string: the example needs one", kind)
}

func expand(name string, values map[string]string) ([]byte, error) {
	src, err := fs.ReadFile(scaffold, "scaffold/"+name+".tmpl")
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(src))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, values)
	return b.Bytes(), err
}

func create(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// mapToOwn adds the control's item to the end of frameworks/own.yaml, whose
// last member is its items, and begins the file when there is none.
func mapToOwn(dir string, values map[string]string) error {
	name := filepath.Join(dir, filepath.FromSlash(ownFramework))
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = expand("own.yaml", values)
	}
	if err != nil {
		return err
	}
	item, err := expand("item.yaml", values)
	if err != nil {
		return err
	}
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	text = append(text, item...)
	f, err := decodeFramework(ownFramework, text)
	if err != nil || !slices.Contains(f.Serving(values["ID"]), values["ID"]) {
		return fmt.Errorf("%s: the item cannot be added to its end: add it by hand, as\n%s", name, item)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
