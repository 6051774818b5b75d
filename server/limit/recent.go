package limit

import "container/list"

// buckets are an application's, or an account's.
type buckets struct {
	key             uint64
	requests, bytes bucket
}

// recent keeps the buckets that were asked for last. Keys are hashes under a seed that nobody knows, so that nobody can choose two names with one hash; should
// it happen by chance, two share their buckets.
type recent struct {
	max       int
	byKey     map[uint64]*list.Element
	order     *list.List // of *buckets, the last one asked for first
	displaced uint64
}

func newRecent(most int) recent {
	return recent{max: most, byKey: make(map[uint64]*list.Element), order: list.New()}
}

func (r *recent) len() int { return len(r.byKey) }

// get are the buckets of a key, new ones in the place of the longest quiet where that is needed.
func (r *recent) get(key uint64) *buckets {
	if e, ok := r.byKey[key]; ok {
		r.order.MoveToFront(e)
		return e.Value.(*buckets)
	}
	if len(r.byKey) < r.max {
		b := &buckets{key: key}
		r.byKey[key] = r.order.PushFront(b)
		return b
	}
	e := r.order.Back()
	b := e.Value.(*buckets)
	delete(r.byKey, b.key)
	*b = buckets{key: key}
	r.byKey[key] = e
	r.order.MoveToFront(e)
	r.displaced++
	return b
}
