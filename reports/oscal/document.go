package oscal

// The parts of NIST's OSCAL assessment results, version 1.1.3, that a pack uses, as their
// JSON has them. Lists that are empty are left out: the schema allows none.

type file struct {
	Results assessmentResults `json:"assessment-results"`
}

type assessmentResults struct {
	UUID       string     `json:"uuid"`
	Metadata   metadata   `json:"metadata"`
	ImportAP   link       `json:"import-ap"`
	Results    []result   `json:"results"`
	BackMatter backMatter `json:"back-matter"`
}

type metadata struct {
	Title        string     `json:"title"`
	LastModified string     `json:"last-modified"`
	Version      string     `json:"version"`
	OSCALVersion string     `json:"oscal-version"`
	Props        []property `json:"props,omitempty"`
	Parties      []party    `json:"parties"`
}

type party struct {
	UUID string `json:"uuid"`
	Type string `json:"type"` // "organization"
	Name string `json:"name"`
}

type property struct {
	Name  string `json:"name"`
	NS    string `json:"ns"`
	Value string `json:"value"`
}

type link struct {
	Href    string `json:"href"`
	Remarks string `json:"remarks,omitempty"`
}

type result struct {
	UUID         string        `json:"uuid"`
	Title        string        `json:"title"`
	Description  string        `json:"description"`
	Start        string        `json:"start"`
	End          string        `json:"end"`
	Props        []property    `json:"props,omitempty"`
	Reviewed     reviewed      `json:"reviewed-controls"`
	Observations []observation `json:"observations,omitempty"`
	Findings     []finding     `json:"findings,omitempty"`
	Remarks      string        `json:"remarks,omitempty"`
}

// reviewed are the framework's items, which OSCAL calls controls, and the controls that
// serve them, which it calls objectives.
type reviewed struct {
	Controls   []selection `json:"control-selections"`
	Objectives []selection `json:"control-objective-selections,omitempty"`
}

type selection struct {
	Controls   []controlID   `json:"include-controls,omitempty"`
	Objectives []objectiveID `json:"include-objectives,omitempty"`
}

type controlID struct {
	ID string `json:"control-id"`
}

type objectiveID struct {
	ID string `json:"objective-id"`
}

type observation struct {
	UUID        string         `json:"uuid"`
	Title       string         `json:"title"`
	Description string         `json:"description"`
	Props       []property     `json:"props,omitempty"`
	Methods     []string       `json:"methods"`
	Types       []string       `json:"types"`
	Evidence    []evidenceLink `json:"relevant-evidence,omitempty"`
	Collected   string         `json:"collected"`
	Remarks     string         `json:"remarks,omitempty"`
}

type evidenceLink struct {
	Href        string `json:"href,omitempty"`
	Description string `json:"description"`
}

type finding struct {
	UUID         string               `json:"uuid"`
	Title        string               `json:"title"`
	Description  string               `json:"description"`
	Props        []property           `json:"props,omitempty"`
	Target       target               `json:"target"`
	Observations []relatedObservation `json:"related-observations,omitempty"`
}

type relatedObservation struct {
	UUID string `json:"observation-uuid"`
}

type target struct {
	Type   string `json:"type"` // "statement-id" of a framework's item, "objective-id" of a control
	ID     string `json:"target-id"`
	Status status `json:"status"`
}

type status struct {
	State   string `json:"state"`  // "satisfied", "not-satisfied"
	Reason  string `json:"reason"` // "pass", "fail", "other"
	Remarks string `json:"remarks,omitempty"`
}

type backMatter struct {
	Resources []resource `json:"resources"`
}

type resource struct {
	UUID        string  `json:"uuid"`
	Title       string  `json:"title"`
	Description string  `json:"description,omitempty"`
	Rlinks      []rlink `json:"rlinks,omitempty"`
}

type rlink struct {
	Href   string `json:"href"`
	Hashes []hash `json:"hashes"`
}

type hash struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}
