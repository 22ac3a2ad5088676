// Package pkcs11 signs with keys in PKCS#11 tokens: smart cards, USB tokens, HSMs.
//
// A URI of RFC 7512 names the key: pkcs11:token=LABEL;object=LABEL;id=%01?module-path=/usr/lib/….so.
// Talking to a token needs the token's own library in C, and so a build with the tag
// pkcs11 and cgo; other builds read the URI and say which build is needed.
package pkcs11

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Scheme of the URIs of keys.
const Scheme = "pkcs11"

// Place is a key as its URI names it.
type Place struct {
	Module string // path of the token's library
	Token  string // the token's label; or
	Serial string // its serial number
	Object string // the label of key and certificate; either of these two may be empty
	ID     []byte // their CKA_ID
}

// Parse reads a URI. Its errors do not repeat it, since a PIN might stand in it.
func Parse(uri string) (Place, error) {
	rest, ok := strings.CutPrefix(uri, Scheme+":")
	if !ok {
		return Place{}, errors.New("PKCS#11 key: its URI begins with pkcs11:")
	}
	path, query, _ := strings.Cut(rest, "?")
	var p Place
	seen := map[string]bool{}
	for _, part := range append(strings.Split(path, ";"), strings.Split(query, "&")...) {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		text, err := url.PathUnescape(value)
		if err != nil {
			return Place{}, fmt.Errorf("PKCS#11 key: %s: its percent-encoding is wrong", name)
		}
		if seen[name] {
			return Place{}, fmt.Errorf("PKCS#11 key: %s stands twice", name)
		}
		seen[name] = true
		if err := p.set(name, text); err != nil {
			return Place{}, err
		}
	}
	switch {
	case p.Module == "":
		return Place{}, errors.New("PKCS#11 key: ?module-path= is missing: the path of the token's library")
	case (p.Token == "") == (p.Serial == ""):
		return Place{}, errors.New("PKCS#11 key: want the token by token= or by serial=")
	case p.Object == "" && len(p.ID) == 0:
		return Place{}, errors.New("PKCS#11 key: want the key by object= or id=")
	}
	return p, nil
}

func (p *Place) set(name, value string) error {
	switch name {
	case "token":
		p.Token = value
	case "serial":
		p.Serial = value
	case "object":
		p.Object = value
	case "id":
		p.ID = []byte(value)
	case "module-path":
		p.Module = value
	case "type":
		if value != "private" {
			return errors.New("PKCS#11 key: type= is private, or left out")
		}
	case "pin-value", "pin-source":
		return errors.New("PKCS#11 key: a PIN does not stand in a URI: name passphrase_env or passphrase_file beside it")
	default:
		return fmt.Errorf("PKCS#11 key: %q is not known: want token, serial, object, id and module-path", name)
	}
	return nil
}

func (p Place) String() string {
	return fmt.Sprintf("%q in the token %q", p.Object+fmt.Sprintf("%x", p.ID), p.Token+p.Serial)
}
