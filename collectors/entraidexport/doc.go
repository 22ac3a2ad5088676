// Package entraidexport reads the logs of Microsoft Entra ID that a company keeps
// beyond the time that Entra ID itself does: what its diagnostic settings write
// into a storage account, and what the admin centre lets people download, in a
// bucket in S3 or in a folder.
//
// A unit is one kind and day of a tenant. Collecting it goes in this order:
//
//	layout.go       where the files of each hour lie, and which files are no hour's
//	content.go      a file's content: inflated, unpacked, hashed
//	elements.go     the content cut into elements: lines, members of lists (document.go), rows (csv.go)
//	entry.go        what an element is: of which tenant and category, when, under which identity
//	diagnostics.go  an element of the diagnostic settings as the JSON of Microsoft Graph (rewrite.go)
//	portal*.go      a download of the admin centre as the same
//	facts.go        what a file holds, remembered so that it is read no more often than needed
//	collect.go      the files of a unit, several at a time, handed over in order
//	cover.go        which part of the day the files account for
//	claim.go        what was counted, and what is missing by name
package entraidexport
