package controls

import (
	"embed"
	"io/fs"
)

//go:embed access change frameworks infrastructure lib logging network operations registers schemas
var shipped embed.FS

// Shipped returns the controls, frameworks, schemas, registers and the Rego
// library that come with the module, as a layer for [Load] and [Test].
func Shipped() fs.FS { return shipped }
