package pdf

import "strings"

// Characters that must not begin a line (行頭禁則), those that must not end
// one (行末禁則), and those that stay together when they are doubled (分離禁止),
// after JIS X 4051 and JLREQ, for both widths of punctuation.
const (
	noStart = "、。，．,.・:;：；?？!！‼⁇⁈⁉‥…)]}）］｝｠」』】〕〉》〗〙〟”’»%％‰℃°′″" +
		"ーゝゞヽヾ々〻ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ‐–〜～゠" +
		"｡､･｣ｰｧｨｩｪｫｬｭｮｯﾞﾟ"
	noEnd   = "([{（［｛｟「『【〔〈《〖〘〝“‘«¥￥$＄£№＃｢"
	doubled = "…‥―—"
)

// softBreaks are where a word that is too long for a line is broken by choice:
// the joints of addresses, ARNs and object keys.
const softBreaks = "/:-_.,=&?|@+#;"

// wrap breaks s into lines that are at most width long, where advance is the
// length of a character. It breaks Japanese between any two characters that
// allow it and other text at spaces; a word longer than a line at its joints,
// and failing these anywhere. Every line holds at least one character, so that
// no width makes it run forever. Line ends in s are kept.
func wrap(s string, width float64, advance func(rune) float64) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapParagraph([]rune(paragraph), width, advance)...)
	}
	return lines
}

func wrapParagraph(text []rune, width float64, advance func(rune) float64) []string {
	var lines []string
	start, length := 0, 0.0
	good, soft := 0, 0 // where the next line may begin; start: nowhere
	for i := 0; i < len(text); i++ {
		r := text[i]
		length += advance(r)
		if length > width+1e-9 && i > start && !space(r) {
			var next int
			switch {
			case good > start && (soft <= good || wordLength(text[good:], advance) <= width):
				next = good
			case soft > start:
				next = soft
			default:
				next = permitted(text, start, i)
			}
			lines = append(lines, strings.TrimRightFunc(string(text[start:next]), space))
			for next < len(text) && space(text[next]) {
				next++
			}
			start, length, good, soft = next, 0, next, next
			i = next - 1
			continue
		}
		if i+1 < len(text) {
			switch breakBetween(r, text[i+1]) {
			case breakGood:
				good = i + 1
			case breakSoft:
				soft = i + 1
			}
		}
	}
	return append(lines, strings.TrimRightFunc(string(text[start:]), space))
}

// space reports what takes no room at a line's end and does not begin one: the
// spaces of both widths.
func space(r rune) bool { return r == ' ' || r == '　' }

// permitted is the last place up to at where a word longer than a line may be
// broken, or at itself if there is none: a hash keeps the 、 that follows it.
func permitted(text []rune, start, at int) int {
	for next := at; next > start+1; next-- {
		if !prohibited(text[next-1], text[next]) {
			return next
		}
	}
	return at
}

// prohibited reports whether no line ends between two characters.
func prohibited(a, b rune) bool {
	return space(b) || strings.ContainsRune(noStart, b) || strings.ContainsRune(noEnd, a) || a == b && strings.ContainsRune(doubled, a)
}

// wordLength is the length of what stands before the next place where a line
// may well end. A word longer than a line is better broken where it stands than
// begun on a new line and broken there.
func wordLength(text []rune, advance func(rune) float64) float64 {
	length := 0.0
	for i, r := range text {
		length += advance(r)
		if i+1 == len(text) || space(text[i+1]) || breakBetween(r, text[i+1]) == breakGood {
			break
		}
	}
	return length
}

// breakKind is how willingly a line ends between two characters.
type breakKind int

const (
	breakNever breakKind = iota
	breakSoft
	breakGood
)

func breakBetween(a, b rune) breakKind {
	switch {
	case prohibited(a, b):
		return breakNever
	case space(a), ideographic(a), ideographic(b):
		return breakGood
	case strings.ContainsRune(softBreaks, a):
		return breakSoft
	}
	return breakNever
}

// ideographic reports characters between which lines may be broken: kana,
// kanji and the punctuation and full-width forms that go with them.
func ideographic(r rune) bool { return r >= 0x2e80 }
