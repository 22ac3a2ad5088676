package pack

import (
	"encoding/hex"
	"io"
	"time"

	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// SheetInput is what a workbook of samples alone is made of.
type SheetInput struct {
	Manifest   Manifest // whose, of what period, in which language
	Location   *time.Location
	Checkpoint locker.Checkpoint
	Results    *evaluation.Results // of the controls that samples were drawn for
	Samples    *Samples
	Library    *controls.Library
	Drivers    []collectors.Driver
}

// WriteTestSheet writes the samples as a workbook with a row an item, for the auditor
// to fill in. A pack's workbook has the same sheets.
func WriteTestSheet(w io.Writer, in SheetInput) error {
	m := in.Manifest
	m.AsOf = in.Results.AsOf
	m.Checkpoint = CheckpointInfo{
		Origin: in.Checkpoint.Origin, Size: in.Checkpoint.Size, Root: hex.EncodeToString(in.Checkpoint.Root[:]), SealedAt: in.Checkpoint.SealedAt,
	}
	c := contents{manifest: &m, library: in.Library, framework: &controls.Framework{}, results: in.Results,
		drivers: in.Drivers, samples: in.Samples, location: in.Location}
	model, err := c.model()
	if err != nil {
		return err
	}
	return xlsx.RenderTestSheet(w, model)
}
