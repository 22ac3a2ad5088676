package words

import (
	"fmt"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// Counted says how many items have a reason: "It is a guest's account: 3 items". A full
// stop at the text's end does not stand before the colon.
func Counted(text string, n int64, l evidence.Lang) string {
	text = strings.TrimRight(strings.TrimSpace(text), ".。")
	return fmt.Sprintf(Labelled.In(l), text, fmt.Sprintf(ItemsN.In(l), format.Count(n)))
}
