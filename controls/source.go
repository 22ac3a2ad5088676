package controls

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// source is a YAML file whose mistakes are reported with their line.
type source struct {
	name string
	text []byte
}

// decode fills into and refuses fields it does not have. Anchors and aliases
// are refused: nothing here needs them, and their expansion has no bound.
func (s source) decode(into any) error {
	for _, t := range lexer.Tokenize(string(s.text)) {
		if t.Type == token.AnchorType || t.Type == token.AliasType || t.Type == token.MergeKeyType {
			return fmt.Errorf("%s:%d: anchors and aliases are not supported", s.name, t.Position.Line)
		}
	}
	dec := yaml.NewDecoder(bytes.NewReader(s.text), yaml.Strict(), yaml.CustomUnmarshaler(unmarshalDuration))
	err := dec.Decode(into)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", s.name)
	}
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		return fmt.Errorf("%s:%d: %s", s.name, at.GetToken().Position.Line, at.GetMessage())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// errorf reports a mistake at a YAML path, "$.population.kind", or at the
// nearest thing above it that the file has.
func (s source) errorf(path, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if line := s.line(path); line > 0 {
		return fmt.Errorf("%s:%d: %w", s.name, line, err)
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

func (s source) line(path string) int {
	file, err := parser.ParseBytes(s.text, 0)
	if err != nil {
		return 0
	}
	for path != "" && path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// unmarshalDuration reads what time.ParseDuration reads, and days: "400d".
func unmarshalDuration(d *time.Duration, b []byte) error {
	var text string
	if err := yaml.Unmarshal(b, &text); err != nil {
		return err
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 15) // at most 89 years: no overflow
		if err != nil {
			return fmt.Errorf("duration %q: want 400d, 36h, 15m", text)
		}
		*d = time.Duration(n) * 24 * time.Hour
		return nil
	}
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		return fmt.Errorf("duration %q: want 400d, 36h, 15m", text)
	}
	*d = v
	return nil
}
