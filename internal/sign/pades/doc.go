// Package pades signs a rendered report with PAdES baseline signatures (ETSI EN
// 319 142-1) that PDF viewers show, and verifies them.
//
// A signature is an incremental update (ISO 32000-1, 7.5.6): the bytes that were
// there before stay, and what signs them is appended. [Sign] takes a field that the
// document left for it, so that a signature replaces that one object and no page,
// and gives level B-B, with an [Authority] B-T, and with revocation data B-LT. Each
// further signer appends a further update, which the former signature outlives.
//
// [Verify] reads no PDFs but those that reports/pdf renders and [Sign] has signed:
// from what an update says it writes the update again, and compares every byte. So
// nothing can stand in one that this package would not have written there, whoever
// signed it. Whom a certificate belongs to is left to the caller to judge.
package pades
