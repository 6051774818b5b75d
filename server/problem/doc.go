// Package problem is the one table of what the HTTP API refuses and why: a status, a stable code that programs branch on, and a sentence for people.
//
// A refusal is a JSON object {"code", "error"}. Codes that concern a voucher are those of package sdk, so that they mean the same in every place; the rest is
// in table.go. [Codes] lists all of them.
package problem
