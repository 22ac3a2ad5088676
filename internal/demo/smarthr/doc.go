// Package smarthr is a simulated SmartHR on loopback: it answers GET /api/v1/crews
// with pages, counts, links, limits and errors as SmartHR's API documentation has
// them (https://developer.smarthr.jp/api/about_api), so that demo and tests run the
// real client against it.
//
// Beside what a collector may ask for, everybody has items that must never be
// recorded: a birth date, an address, a bank account. They are made up, and are given
// to whoever does not say which fields it wants.
package smarthr
