package sdk_test

import (
	"testing"

	"github.com/veilhash/veilhash/sdk/voucher"
)

// BenchmarkClient is a client's whole job for a picture of 1000×750: hash, probe, look up, seal. It reports the voucher without its payload.
func BenchmarkClient(b *testing.B) {
	p := synthetic(1, 1000, 750)
	w := newWorld(b, worldConfig{threshold: 30, synthetics: 32, pictures: known})
	for b.Loop() {
		w.voucher(p)
	}
	b.ReportMetric(float64(w.scanner.VoucherSize()-256), "bytes-less-payload")
}

// BenchmarkUpload is BenchmarkClient with the two vouchers of a set with synthetics, of which three are sealed.
func BenchmarkUpload(b *testing.B) {
	p := synthetic(1, 1000, 750)
	w := newWorld(b, worldConfig{threshold: 30, synthetics: 32, pictures: known})
	for b.Loop() {
		w.upload(w.scanner, p)
	}
}

// BenchmarkMatch is the operator's job for a voucher of 16 probes.
func BenchmarkMatch(b *testing.B) {
	w := newWorld(b, worldConfig{threshold: 30, synthetics: 32, pictures: known})
	sealed, _ := w.voucher(stranger)
	v, err := voucher.Parse(sealed)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w.matcher.Match(v, binding)
	}
}
