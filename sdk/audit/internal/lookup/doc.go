// Package lookup is what auditing packages share: from a picture's file to its probes, and from probes to what a set holds for them, with every
// block verified against the manifest. It never calls out but in [Table.Fill].
package lookup

import "errors"

// Conditions of a picture: clients look nothing up of it either.
var (
	// ErrPicture: the file is no picture that Veilhash reads. It wraps what package decode says.
	ErrPicture = errors.New("audit: the file is no picture that can be read; clients look up nothing of it")

	// ErrQuality: no view of the picture has the set's quality.
	ErrQuality = errors.New("audit: the picture shows too little to be looked up; no client looks up anything of it")

	// ErrMany: the readers give more probes than there may be.
	ErrMany = errors.New("audit: too many probes")
)

// Conditions of a table that is fed wrongly.
var (
	// ErrRef: there is no such layer, shard or block, or its shard's digests have not come.
	ErrRef = errors.New("audit: no such block in the set, or its shard's digests are missing")

	// ErrUnread: a block that is needed was not provided.
	ErrUnread = errors.New("audit: a block of the set is needed and was not provided")
)
