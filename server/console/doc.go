// Package console shows what the server could find out, for the demonstration page: beside each picture that a person drops there, what became of
// its voucher on the other side. It holds no key and reads records only, and a payload is among these only once its account has reached the threshold.
//
//	GET /v0/console/status
//	    {"set", "capacity", "threshold", "vouchers", "matches", "waiting"}
//	GET /v0/console/vouchers/ID
//	    {"id", "state", "matches", "threshold"}, and
//	      "reason"    of state "invalid": why
//	      "outcome"   of a match whose account is open and that is not readable: "foreign" or "damaged"
//	      "payload"   of state "opened": {"kind", "pdq", "image"}
//	GET /v0/console/accounts?account=A
//	    {"account", "vouchers", "matches", "waiting", "threshold", "opened"}
//
// States are "pending", "closed", "match" (the outer layer opened, the payload did not), "opened" and "invalid". Counts of matches include synthetic
// vouchers, which nobody can tell from others below the threshold.
//
// With [Config].Access an application sees what is its own, by a key with the scope console:read; of another's voucher it is told that there is none. Without it there is no
// login, and the console must not be reachable by anyone but the person who runs the demonstration. Reviewers work elsewhere.
package console
