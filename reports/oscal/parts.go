package oscal

import "time"

// The parts of OSCAL's model that this package writes, as its JSON format names them.
type (
	property struct {
		Name    string `json:"name"`
		NS      string `json:"ns,omitempty"`
		Value   string `json:"value"`
		Class   string `json:"class,omitempty"`
		Remarks string `json:"remarks,omitempty"`
	}
	link struct {
		Href string `json:"href"`
		Rel  string `json:"rel,omitempty"`
		Text string `json:"text,omitempty"`
	}

	metadata struct {
		Title        string       `json:"title"`
		LastModified string       `json:"last-modified"`
		Version      string       `json:"version"`
		OSCALVersion string       `json:"oscal-version"`
		Props        []property   `json:"props,omitempty"`
		Roles        []role       `json:"roles"`
		Parties      []party      `json:"parties"`
		Responsible  []assignment `json:"responsible-parties"`
		Remarks      string       `json:"remarks,omitempty"`
	}
	role struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	party struct {
		UUID    string `json:"uuid"`
		Type    string `json:"type"`
		Name    string `json:"name"`
		Remarks string `json:"remarks,omitempty"`
	}
	assignment struct {
		Role    string   `json:"role-id"`
		Parties []string `json:"party-uuids"`
	}
	importAP struct {
		Href    string `json:"href"`
		Remarks string `json:"remarks"`
	}

	catalogControl struct {
		ID    string     `json:"id"`
		Title string     `json:"title"`
		Props []property `json:"props,omitempty"`
		Parts []part     `json:"parts,omitempty"`
	}
	part struct {
		ID    string     `json:"id,omitempty"`
		Name  string     `json:"name"`
		Title string     `json:"title,omitempty"`
		Props []property `json:"props,omitempty"`
		Prose string     `json:"prose,omitempty"`
		Parts []part     `json:"parts,omitempty"`
	}

	assets struct {
		Assets platforms `json:"assessment-assets"`
	}
	platforms struct {
		Platforms []platform `json:"assessment-platforms"`
	}
	platform struct {
		UUID  string `json:"uuid"`
		Title string `json:"title"`
	}

	reviewed struct {
		Selections []selection       `json:"control-selections"`
		Objectives []objectiveChoice `json:"control-objective-selections,omitempty"`
		Remarks    string            `json:"remarks,omitempty"`
	}
	selection struct {
		Description string      `json:"description"`
		Props       []property  `json:"props,omitempty"`
		All         *struct{}   `json:"include-all,omitempty"`
		Include     []controlID `json:"include-controls,omitempty"`
		Exclude     []controlID `json:"exclude-controls,omitempty"`
	}
	controlID struct {
		ID string `json:"control-id"`
	}
	objectiveChoice struct {
		Include []objectiveID `json:"include-objectives"`
	}
	objectiveID struct {
		ID string `json:"objective-id"`
	}

	observation struct {
		UUID        string         `json:"uuid"`
		Title       string         `json:"title"`
		Description string         `json:"description"`
		Props       []property     `json:"props"`
		Links       []link         `json:"links,omitempty"`
		Methods     []string       `json:"methods"`
		Types       []string       `json:"types"`
		Origins     []origin       `json:"origins"`
		Subjects    []subject      `json:"subjects,omitempty"`
		Evidence    []evidenceLink `json:"relevant-evidence,omitempty"`
		Collected   string         `json:"collected"`
		Remarks     string         `json:"remarks,omitempty"`
	}
	origin struct {
		Actors []actor `json:"actors"`
	}
	actor struct {
		Type string `json:"type"`
		UUID string `json:"actor-uuid"`
	}
	subject struct {
		UUID  string     `json:"subject-uuid"`
		Type  string     `json:"type"`
		Title string     `json:"title"`
		Props []property `json:"props"`
	}
	evidenceLink struct {
		Href        string `json:"href"`
		Description string `json:"description"`
	}
	finding struct {
		UUID        string     `json:"uuid"`
		Title       string     `json:"title"`
		Description string     `json:"description"`
		Props       []property `json:"props"`
		Target      target     `json:"target"`
		Related     []related  `json:"related-observations"`
	}
	related struct {
		UUID string `json:"observation-uuid"`
	}
	target struct {
		Type   string `json:"type"`
		ID     string `json:"target-id"`
		Title  string `json:"title"`
		Status status `json:"status"`
	}
	status struct {
		State   string `json:"state"`
		Reason  string `json:"reason"`
		Remarks string `json:"remarks,omitempty"`
	}

	resource struct {
		UUID        string     `json:"uuid"`
		Title       string     `json:"title"`
		Description string     `json:"description,omitempty"`
		Props       []property `json:"props,omitempty"`
		Links       []rlink    `json:"rlinks,omitempty"`
	}
	rlink struct {
		Href   string `json:"href"`
		Hashes []hash `json:"hashes,omitempty"`
	}
	hash struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
	}
)

// when writes a time as OSCAL has it, with its zone.
func when(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
