// Package pack makes and verifies audit evidence packs.
//
// A pack is a folder, and the same as a zip file whose bytes follow from the
// folder's: it carries the reports, the records and control sources that every
// test can be repeated from, the proofs that the records are those that were
// sealed, and a signed manifest of all of it. Making a pack and verifying one
// use the same code from the sealed records onwards, so that verification
// repeats the tests rather than believing them.
package pack

// The files of a pack. Every other file belongs to one of the folders.
const (
	ReportPDF     = "report.pdf"
	ReportXLSX    = "report.xlsx"
	ReportHTML    = "report.html"
	ReportOSCAL   = "oscal/assessment-results.json"
	CatalogOSCAL  = "oscal/catalog.json" // what the assessment results name: items, controls, how they are tested
	ManifestFile  = "manifest.json"
	SignatureFile = "manifest.sig.json"
	ResultsFile   = "results.json"
	IPEFile       = "ipe.json"
	WindowFile    = "window.json"              // the examination's time beyond the period
	Checkpoint    = "checkpoint"               // the locker's signed note
	EntriesFile   = "proofs/entries.jsonl.zst" // sealed manifests with their inclusion proofs
	SamplesFile   = "samples.json"             // which items were drawn for the auditor, and what that follows from
	VerifyFile    = "VERIFY.md"
	EvidenceDir   = "evidence"  // <kind>.jsonl.zst: the batches of the kind, as sealed, one after the other
	ControlsDir   = "controls"  // the sources of the controls, of the framework and of the registers
	ResponsesDir  = "responses" // the files of what management answered to exceptions
	DeltaFile     = "delta.json"
	PreviousDir   = "previous" // what of the period before the delta is computed from
)

// ModulesDir holds the modules of the Rego library, each once: a folder that
// stock opa loads beside any control's policy.rego.
const ModulesDir = ControlsDir + "/lib"

// PopulationFile lists what a control's sample was drawn from: the key and the ID of every item, one a line. Of
// says which of its items those are, as in [SamplePlan].
func PopulationFile(control, of string) string {
	if of != "" {
		control += "-" + of // no control is called so: IDs are capitals
	}
	return "samples/" + control + ".txt.zst"
}

// EvidenceFile is the file of a kind's records.
func EvidenceFile(kind string) string { return EvidenceDir + "/" + kind + ".jsonl.zst" }
