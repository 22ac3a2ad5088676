// Package m365 reads the unified audit log of Microsoft 365 (Exchange, SharePoint,
// OneDrive, Teams and the other services) through Microsoft Graph's audit log query
// API.
//
// That API searches in the background: a search is created, asked for its state until
// it has succeeded, and then has pages of records. A unit is one day. Its cursor holds
// the search, so that a unit that was broken off goes on with the one that exists.
package m365
