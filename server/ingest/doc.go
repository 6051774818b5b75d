// Package ingest takes vouchers in. It holds no key: it checks what anyone could check (framing, checksum, that the set is one that is
// served, that the binding is that of the account and message the voucher came with), keeps the voucher, and only then says so. Nothing in its
// answer depends on a match.
//
//	POST /v0/vouchers?account=A&message=M     the voucher as it is
//	202 {"id": "…", "status": "accepted"}     it is durable; the same answer when it comes again
//
// Refusals are those of package problem. 429 and 503 carry Retry-After: the client sends the same bytes again.
//
// # Who may send
//
// Account and message must be what the application knows of the request, not what the voucher says: whoever calls this handler vouches for
// them. [Config].Access names the calling application (package access). Without it the handler is open to everyone under one unnamed application, which is for
// demonstrations only. Accounts and vouchers of two applications never meet: an account's name means another one at each, and a record is found under application and identifier.
//
// # What it costs to be attacked
//
// A request holds one slot of a fixed number, and at most one voucher's bytes, for at most the body timeout. When there is no slot, or the store has
// too much to write, the answer is 429 at once. [Config].Limiter keeps an application and each of its accounts to what they may send: that is 429 too, with the time
// after which the same bytes are taken. Neither of them costs the client any of what it may send, so that one which waits and repeats loses nothing, also where the answer to a voucher that
// is stored already was lost on the way.
package ingest
