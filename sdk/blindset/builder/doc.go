// Package builder turns a frozen list of tokens into a blinded set: it draws the keys and seeds, blinds every token, solves
// the tables and writes the files of docs/protocol.md, sections 3 to 5.
//
// [Build] streams. It keeps one shard in memory, some 80 MB for the largest, and spills tokens to a temporary
// directory, so that the memory it takes does not grow with the list. The set appears in its place by one rename, when it is complete.
//
// Blinding is constant time in alpha. Positions and solving are not: they depend on tokens, which the operator knows.
package builder
