package hashlist_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/veilhash/veilhash/sdk/hashlist"
)

// Read two lists, one of them in two pages, and ask what both recognise.
func Example() {
	feed, summary, err := hashlist.ReadFiles(hashlist.Config{Source: "hotline"},
		"testdata/valid/ncmec/page1.xml", "testdata/valid/ncmec/page2.xml")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary)

	own, _, err := hashlist.ReadFiles(hashlist.Config{Source: "own"}, "testdata/valid/csv/hasher.csv")
	if err != nil {
		log.Fatal(err)
	}

	set, err := hashlist.Merge(feed, own)
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := set.Recognise(hashlist.Rule{Require: 2, Distance: hashlist.MaxDistance})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outcome)
	for i := range outcome.All() {
		for _, e := range set.Entries(i) {
			fmt.Println(e.Source, e.ID)
		}
	}
	// Output:
	// hotline (ncmec, 2 files): 13 records, 6 entries (6 without a quality)
	//   skipped 7: 2 another hash type, 2 video, 3 withdrawn
	// 1 of 6 hashes (2 of 7 entries) recognised by at least 2 lists
	//   by the same hash 1, or the same token 1, or within distance 31: 1
	//   recognised by exactly 1 list: 5
	//   recognised by exactly 2 lists: 1
	//   hotline: 1 of 3 hashes
	//   own: 1 of 4 hashes
	// hotline 42/image1
	// own a.jpg
}

// A Reader holds one record at a time. In lenient mode broken records are
// reported and counted, and the rest goes on.
func ExampleNewReader() {
	list := strings.Join([]string{
		"hash,quality,filename",
		"d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22,100,bridge.jpg",
		"d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b2,100,short.jpg",
		"0000000000000000000000000000000000000000000000000000000000000000,0,black.jpg",
	}, "\n")
	r, err := hashlist.NewReader(strings.NewReader(list), "list.csv", hashlist.Config{Mode: hashlist.Lenient})
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range r.Records() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(rec.Op, rec.Entry.PDQ.String()[:8], rec.Entry.Quality, rec.Entry.ID)
	}
	fmt.Fprintln(os.Stdout, r.Summary())
	// Output:
	// add d8f8f0ce 100 bridge.jpg
	// list (csv, 1 file): 3 records, 1 entry
	//   skipped 1: 1 low quality
	//   broken 1: 1 wrong length
	//     hashlist: list.csv:3: field 1: hash of 63 characters, want 64 hex digits
}
