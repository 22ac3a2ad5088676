// Package evidence holds the nouns of audit evidence and nothing else.
//
// Evidence flows one way, and each noun is what one step hands to the next:
//
//	plan          collect          seal             evaluate          render        sign
//	Query ─► Units ─────► Batches ─────► checkpoint ─────► Results ─────► pack ─────► signed pack
//
// A [Query] asks for the records of a [Period] that the selected controls want
// (each want is a [Selection]). A collector plans it into [Unit]s, which are
// independent of each other, and collects each unit as a series of [Batch]es:
// [Record]s as the source gave them (of what [Form], their kind says), the
// [Origin] of every response they came from, and [Claim]s that measure how complete they are. Once batches are
// sealed, controls judge them; a control's verdict for a period is a [Result].
//
// Everything may import this package; it imports no other package of the module.
package evidence
