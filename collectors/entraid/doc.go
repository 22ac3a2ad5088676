// Package entraid reads the evidence of logical access out of Microsoft Entra ID:
// who signed in and how, what was changed in the directory and by whom, and how
// accounts, groups, roles, policies and applications stand.
//
// A unit is one kind for the whole period, or one kind and day where records are
// events of a log. Logs are read in the order of time, with a watermark beside the
// link to the next page, since such links expire (log.go). What is a state is read
// to the end of its lists (lists.go, groups.go, roles.go).
//
// kinds.go is the table of the kinds and of what reading each needs; requests.go
// says what is asked of which endpoint. Bodies are the JSON that Graph gave.
package entraid
