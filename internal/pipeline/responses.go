package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
)

// Responses reads what management answered to the exceptions of a period. An error
// names every response that is wrong, of other periods and controls too: nobody would
// look for it there.
func (r *Run) Responses(p evidence.Period, results *evaluation.Results) (*responses.Answers, error) {
	files, err := r.responseFiles()
	if err != nil {
		return nil, err
	}
	answers, err := responses.Answer(responses.For(files, p, results.IDs()), results)
	if err != nil {
		return nil, fmt.Errorf("responses: %w", err)
	}
	return answers, nil
}

// responseFiles reads all files of responses; there need be none.
func (r *Run) responseFiles() ([]responses.File, error) {
	folder := r.Config.Responses
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	files, err := responses.Load(os.DirFS(folder), r.Config.Calendar.Location)
	if err != nil {
		return nil, fmt.Errorf("responses: %w", err)
	}
	for _, f := range files {
		if _, err := r.Library.Find(f.Control); err != nil {
			return nil, fmt.Errorf("responses: %s: %w", f.Path, err)
		}
	}
	return files, nil
}
