// Package delivery encrypts what leaves the organisation: whole packs for the holders of
// age keys, and a pack's workbook with a password, as Excel itself does and as
// counterparties in Japan still ask for.
//
// Encryption is no part of a pack: it is made of a finished one, is different each time,
// and gives back the pack byte for byte.
package delivery
