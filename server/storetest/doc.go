// Package storetest defines what a backend of package store has to do.
//
//   - [Run] is the conformance suite; every backend's tests call it
//   - [Memory] is the contract written down as a program: a store in memory, which the suite runs too, and which other packages' tests use
//   - [Faulty] lets a process "die" between any two calls, for tests of what survives that
package storetest
