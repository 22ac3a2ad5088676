// Package smarthr reads the people of a company out of SmartHR: who joined and
// who left, with their numbers and addresses, so that accounts can be held against
// them.
//
// A unit is the tenant's whole list of employees. It is read page by page, then
// counted again by its identities alone, and handed over as one batch: only a list
// that did not change meanwhile is known to be complete.
package smarthr
