package opc

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// attribute and text write characters as canonical XML does.
var (
	attributes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
	texts      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
)

func attribute(s string) string { return attributes.Replace(s) }
func text(s string) string      { return texts.Replace(s) }

// readFlat reads a document whose root has empty elements of its own namespace and
// nothing else: no declaration of a type, no entities, no comments, no text. What readers
// might understand differently, such as white space in an attribute, is an error.
func readFlat(r io.Reader, root xml.Name, element func(name string, attr map[string]string) error) error {
	d := xml.NewDecoder(r)
	depth, ended := 0, false
	for {
		token, err := d.Token()
		if err == io.EOF && ended {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.ProcInst:
			if t.Target != "xml" || depth > 0 || ended {
				return fmt.Errorf("processing instruction %q", t.Target)
			}
		case xml.CharData:
			if strings.Trim(string(t), " \t\r\n") != "" {
				return errors.New("text between its elements")
			}
		case xml.StartElement:
			depth++
			if err := startFlat(t, root, depth, ended, element); err != nil {
				return err
			}
		case xml.EndElement:
			depth--
			ended = depth == 0
		default:
			return fmt.Errorf("a %T", t)
		}
	}
}

func startFlat(t xml.StartElement, root xml.Name, depth int, ended bool, element func(string, map[string]string) error) error {
	switch {
	case depth == 1 && !ended && t.Name == root:
		if len(t.Attr) != 1 || t.Attr[0].Name.Local != "xmlns" || t.Attr[0].Name.Space != "" {
			return fmt.Errorf("attributes of %s", t.Name.Local)
		}
		return nil
	case depth != 2 || t.Name.Space != root.Space:
		return fmt.Errorf("element %s", t.Name.Local)
	}
	attr := map[string]string{}
	for _, a := range t.Attr {
		if _, twice := attr[a.Name.Local]; twice || a.Name.Space != "" || a.Name.Local == "xmlns" || strings.ContainsAny(a.Value, "\t\r\n") {
			return fmt.Errorf("attribute %s of %s", a.Name.Local, t.Name.Local)
		}
		attr[a.Name.Local] = a.Value
	}
	return element(t.Name.Local, attr)
}
