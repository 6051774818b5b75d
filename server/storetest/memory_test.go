package storetest

import (
	"testing"

	"github.com/veilhash/veilhash/server/store"
)

func TestMemory(t *testing.T) {
	Run(t, Backend{Open: func(*testing.T) store.Store { return NewMemory() }})
}
