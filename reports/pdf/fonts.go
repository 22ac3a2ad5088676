package pdf

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The fonts are those of fonts/README.md.
var (
	//go:embed fonts/BIZUDPGothic-Regular.ttf
	regularTTF []byte
	//go:embed fonts/BIZUDPGothic-Bold.ttf
	boldTTF []byte
	//go:embed fonts/BIZUDGothic-ASCII.ttf
	monoTTF []byte
)

// face is one of the document's typefaces.
type face struct {
	family, style string // as fpdf is told of it
	advance       *[1 << 16]float32
}

// has reports whether the face has a glyph for r. fpdf writes text as UTF-16
// without surrogates, so that nothing beyond the basic plane can be shown.
func (f *face) has(r rune) bool {
	return r >= 0 && int(r) < len(f.advance) && f.advance[r] > 0 || r == '\n'
}

// width is the length of a line of s, in ems.
func (f *face) width(s string) float64 {
	w := 0.0
	for _, r := range s {
		w += f.rune(r)
	}
	return w
}

// rune is the advance of a character that the face has, in ems.
func (f *face) rune(r rune) float64 {
	if !f.has(r) {
		return 1
	}
	return float64(f.advance[r])
}

type typefaces struct{ regular, bold, mono *face }

// faces measures the embedded fonts, once: it takes some milliseconds.
var faces = sync.OnceValue(func() typefaces {
	return typefaces{
		regular: measure("ui", "", regularTTF),
		bold:    measure("ui", "B", boldTTF),
		mono:    measure("mono", "", monoTTF),
	}
})

func measure(family, style string, ttf []byte) *face {
	f := &face{family: family, style: style, advance: new([1 << 16]float32)}
	parsed, err := sfnt.Parse(ttf)
	if err != nil { // the file is part of the program
		panic(fmt.Sprintf("pdf: font %s%s: %v", family, style, err))
	}
	var buf sfnt.Buffer
	em := fixed.I(int(parsed.UnitsPerEm()))
	for r := range rune(len(f.advance)) {
		glyph, err := parsed.GlyphIndex(&buf, r)
		if err != nil || glyph == 0 || r < ' ' {
			continue
		}
		advance, err := parsed.GlyphAdvance(&buf, glyph, em, font.HintingNone)
		if err != nil {
			continue
		}
		f.advance[r] = float32(advance) / float32(em)
	}
	return f
}

// registerFonts tells fpdf of the fonts; it embeds the glyphs that are used. It
// gets copies, for it writes into the bytes while it subsets them, and the next
// document would come out differently.
func registerFonts(f *fpdf.Fpdf) {
	f.AddUTF8FontFromBytes("ui", "", bytes.Clone(regularTTF))
	f.AddUTF8FontFromBytes("ui", "B", bytes.Clone(boldTTF))
	f.AddUTF8FontFromBytes("mono", "", bytes.Clone(monoTTF))
}
