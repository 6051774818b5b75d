package threshold

// concealed holds a secret where package fmt does not reach it. A String
// method alone is not enough: fmt does not ask for it inside an unexported
// field of another struct, and follows pointers there for some verbs. Of a
// function it prints the address, always.
type concealed[T any] struct{ reveal func() *T }

func conceal[T any](v *T) concealed[T] {
	return concealed[T]{func() *T { return v }}
}
