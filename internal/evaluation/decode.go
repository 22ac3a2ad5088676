package evaluation

import (
	"encoding/json"
	"fmt"
	"io"
)

// written is a control as Encode writes it.
type written struct {
	control
	Exceptions []Item `json:"exceptions"`
}

// Read reads what Encode wrote, as far as lists go: the populations are not in
// results.json, so that Items and AllExceptions of its controls yield nothing.
func Read(r io.Reader) (*Results, error) {
	var doc struct {
		results
		Controls []written `json:"controls"`
	}
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return nil, fmt.Errorf("decode results: %w", err)
	}
	out := Results(doc.results)
	for _, w := range doc.Controls {
		c := Control(w.control)
		c.Exceptions = w.Exceptions
		out.Controls = append(out.Controls, c)
	}
	return &out, nil
}
