package controls

import (
	"embed"
	"io/fs"
)

//go:embed access frameworks logging network schemas
var shipped embed.FS

// Shipped returns the controls, frameworks and schemas that come with the
// module, as a layer for [Load] and [Test].
func Shipped() fs.FS { return shipped }
