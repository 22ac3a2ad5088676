package opc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// reference is one line of a signature's manifest.
type reference struct {
	uri    string   // "/xl/workbook.xml?ContentType=…"
	ids    []string // of the relationships that are signed, for a part that holds such; else none
	digest string   // base64 of SHA-256
}

// part is the part that a reference is to.
func (r reference) part() string { return strings.SplitN(r.uri, "?", 2)[0] }

func (r reference) equal(o reference) bool {
	return r.uri == o.uri && r.digest == o.digest && slices.Equal(r.ids, o.ids)
}

// manifest makes the references to all parts that a signature covers, in the order of
// the parts' names. It reads the whole package.
func (c *container) manifest(ctx context.Context) ([]reference, error) {
	types, err := parseTypes(bytes.NewReader(c.types))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", typesPart, err)
	}
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	var list []reference
	for _, name := range slices.Sorted(maps.Keys(c.parts)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if name == typesPart || strings.HasPrefix(name, folder) {
			continue
		}
		ref, err := c.reference(name, types)
		if err != nil {
			return nil, fmt.Errorf("part %s: %w", name, err)
		}
		if ref.digest != "" && !properties[strings.ToLower(name)] {
			list = append(list, ref)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the package has no part to sign")
	}
	return list, nil
}

// properties are the names, in lower case, of the parts with the document's properties.
func (c *container) properties() (map[string]bool, error) {
	root, err := parseRelationships(bytes.NewReader(c.rels))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rootRels, err)
	}
	found := map[string]bool{}
	for _, r := range root {
		name := strings.ToLower(strings.TrimPrefix(r.target, "/"))
		switch {
		case r.id == originID || r.kind == relOrigin:
			return nil, fmt.Errorf("%w: %s leads to signatures", ErrForeign, rootRels)
		case !slices.Contains(unsigned, r.kind):
		case !strings.HasPrefix(name, "docprops/"):
			return nil, fmt.Errorf("%s: properties in %s", rootRels, r.target)
		default:
			found[name] = true
		}
	}
	return found, nil
}

// reference hashes one part. Of a part with relationships none of which is signed, it has no digest.
func (c *container) reference(name string, types contentTypes) (ref reference, err error) {
	kind, err := types.of(name)
	if err != nil {
		return reference{}, err
	}
	if isRels(name) != (kind == relsType) {
		return reference{}, fmt.Errorf("it is of type %s", kind)
	}
	ref.uri = "/" + name + "?ContentType=" + kind
	sum := sha256.New()
	if kind == relsType {
		signed, err := c.relationships(name)
		if err != nil || len(signed) == 0 {
			return reference{}, err
		}
		for _, r := range signed {
			ref.ids = append(ref.ids, r.id)
		}
		sum.Write(transformed(signed))
	} else if err := c.hash(sum, name); err != nil {
		return reference{}, err
	}
	ref.digest = base64.StdEncoding.EncodeToString(sum.Sum(nil))
	return ref, nil
}

// relationships are those of a part that are signed.
func (c *container) relationships(name string) ([]relationship, error) {
	text := c.rels
	if name != rootRels {
		var err error
		if text, err = c.read(name, maxText); err != nil {
			return nil, err
		}
	}
	list, err := parseRelationships(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if name == rootRels {
		list = slices.DeleteFunc(list, func(r relationship) bool { return slices.Contains(unsigned, r.kind) })
	}
	return list, nil
}

func (c *container) hash(sum io.Writer, name string) (err error) {
	r, err := c.parts[name].Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	// A part that inflates to more than its header says, for which the bound was checked, ends one byte later.
	n, err := io.Copy(sum, io.LimitReader(r, int64(c.parts[name].UncompressedSize64)+1))
	if err == nil && uint64(n) != c.parts[name].UncompressedSize64 {
		err = errors.New("it is not as long as its header says")
	}
	return err
}

// differences names the parts in which a package is not what was signed; none: it is just that.
func differences(signed, there []reference) []string {
	of := map[string]reference{}
	for _, r := range there {
		of[r.part()] = r
	}
	var list []string
	for _, s := range signed {
		t, ok := of[s.part()]
		switch {
		case !ok:
			list = append(list, s.part()+" is missing")
		case !t.equal(s):
			list = append(list, s.part()+" was changed")
		}
		delete(of, s.part())
	}
	for _, t := range there {
		if _, added := of[t.part()]; added {
			list = append(list, t.part()+" was added")
		}
	}
	if len(list) == 0 && !slices.EqualFunc(signed, there, reference.equal) {
		list = append(list, "the manifest names parts twice or in another order")
	}
	return list
}
