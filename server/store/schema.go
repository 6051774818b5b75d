package store

// A Schema says how a database's schema stands to this program.
type Schema struct {
	Found int // the database's version; 0 where there is none yet
	Known int // the newest that this program knows
}

// Current reports whether the database has the newest version, so that opening it changes nothing.
func (s Schema) Current() bool { return s.Found == s.Known }
