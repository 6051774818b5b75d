// Package limit says how much an application and each of its accounts may send: token buckets, of requests and of bytes, in bounded memory.
//
// A [Rate] of "600/1m" is a bucket that holds 600 and fills from empty in a minute: ten a second for as long as one likes, 600 at once after a pause.
//
// # What a refusal costs
//
// Nothing. A request is granted by its application's buckets and its account's together, or it takes from none of them; and what the server itself could not do
// is given back ([Limiter.GiveBack]). So a client that waits as long as it was told and sends the same bytes again gets them in, however often
// it was refused before, and one account that floods is refused without touching what the application's others may send.
//
// # What it may cost
//
// The buckets of [Config].Accounts accounts are kept, about 200 bytes each. When one more comes, those of the account that was quiet for longest are forgotten: if that account comes back, it
// has full buckets. So under an attack with more accounts than that, limits of single accounts get lenient; the application's own limit, whose buckets accounts
// cannot displace, still holds. A process limits what it sees: several that share the work allow as many times as much.
package limit
