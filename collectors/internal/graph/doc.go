// Package graph asks Microsoft Graph for the collectors of Entra ID and
// Microsoft 365. It makes requests with the request builders of Microsoft's SDK
// and keeps the answers to the byte: the SDK's models lose the fields that they do
// not know.
//
// It waits for the rates that Graph allows, repeats what may be repeated, and
// sends the access token to no other host than the one that it talks to.
package graph
