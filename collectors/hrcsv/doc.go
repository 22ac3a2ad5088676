// Package hrcsv reads people out of the CSV files that HR systems export, for
// those without an API or without one that may be used.
//
// A unit is the roster: one file, the newest by name of those that a pattern
// matches. Its bytes are split into rows first and decoded cell by cell then, so
// that a row that is not in the file's encoding is a row that is told of, and not
// the end of the file. What cannot be read is named by its line, never by what is
// in it.
package hrcsv
