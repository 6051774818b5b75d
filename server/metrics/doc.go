// Package metrics counts what a server's roles do, for Prometheus. It is the only package that knows Prometheus: the roles report to the small interfaces of packages
// server, ingest and match, which a Worker at Cloudflare leaves nil.
//
// # What may be in it
//
// A label holds one of a few words that are fixed in this program: a route, a status, a code of package problem or of the SDK, an outcome. Never an application, an account, a
// message, an id or an address: what a monitoring system collects is copied, kept for years and shown to many, and a label with a name in it makes a series for each name.
//
// # Who may read it
//
// Numbers of matches are sensitive even without names. Whoever sees the matcher's counters before and after one upload, at a moment when little else comes in, learns whether that
// upload matched: the very thing that nobody but the operator may know. So the listener is off unless it is asked for, is not the one that answers clients, and belongs on
// an address that only the operator's own monitoring reaches. Ingest's numbers do not depend on any match.
package metrics
