// Package opc signs Excel workbooks, so that Excel itself shows who signed: package
// signatures of ECMA-376 Part 2 in the shape that Office writes, XML-DSig with XAdES-EPES
// properties and, with a time stamp, XAdES-T.
//
// A package is a zip of parts. [Sign] adds parts to it and changes none of those that hold
// the workbook: /_xmlsignatures/origin.sigs with its relationships, one sigN.xml a
// signature, and a line each in [Content_Types].xml and in the package's relationships.
// Each signature's manifest has the SHA-256 of every other part, with its content type,
// but for two: relationships are signed one by one (the relationship transform), so that
// a later signature's do not break an earlier one; and the document's properties, below
// docProps, are left out, since Office changes them when a signature is added. [Strip] takes
// the latest signature off again, and gives back what was there before it, byte for byte.
//
// Everything that is read was perhaps written by somebody else. [Verify] believes nothing but what it
// computes: it makes the manifest anew from the parts, writes each signature again from the
// few values in it, and compares. What this package would not have written is refused, so
// that there is no general XML signature to be deceived by; signatures that Excel made are
// [ErrForeign] and can be checked there.
//
// Apache POI and LibreOffice find the signatures valid. POI must be told so by
// setSecureValidation(false), since it otherwise allows for 30 parts. LibreOffice 7.4 has two
// faults: it finds no third signature valid, and none where a link's address has an
// ampersand, which it does not write as canonical XML does.
//
// Parts go through and are not held: memory does not grow with the workbook, only with its
// links.
package opc
