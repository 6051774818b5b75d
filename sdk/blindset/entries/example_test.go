package entries_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/blindset/entries"
)

func Example() {
	tokens := func(texts ...string) *entries.List {
		l, err := entries.Collect(func(yield func([]byte, error) bool) {
			for _, t := range texts {
				if !yield([]byte(t), nil) {
					return
				}
			}
		})
		if err != nil {
			panic(err)
		}
		return l
	}
	base := tokens("a1", "b2", "c3")  // what the set holds
	lists := tokens("b2", "c3", "d4") // what the lists hold today

	fmt.Println("new:", lists.Without(base).Len())
	withdrawn := base.Without(lists)
	fmt.Println("withdrawn:", withdrawn.Len(), withdrawn.Contains([]byte("a1")))
	// Output:
	// new: 1
	// withdrawn: 1 true
}
