package calculate_test

import (
	"fmt"

	"github.com/veilhash/veilhash/sdk/threshold/calculate"
)

// Which threshold makes one false accusation among 100 million accounts a
// hundred years' affair, at a false positive rate of 10⁻⁸ a picture and 5,000
// pictures a month?
func ExampleModel_Threshold() {
	target, err := calculate.PerAccount(1, 100_000_000*12*100)
	if err != nil {
		panic(err)
	}
	for _, burst := range []float64{1, 10} {
		model := calculate.Model{FalsePositive: 1e-8, Pictures: 5000, MeanBurst: burst}
		answer, err := model.Threshold(target)
		if err != nil {
			panic(err)
		}
		fmt.Printf("bursts of %g: T = %d\n", burst, answer.Threshold)
	}
	// Output:
	// bursts of 1: T = 3
	// bursts of 10: T = 128
}

// How much does it take to open an account with 30 true points, without the
// one that makes decoding certain?
func ExampleSubsetBits() {
	for _, synthetic := range []int{0, 4, 32} {
		bits, err := calculate.SubsetBits(30, 30, synthetic)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%d synthetic: 2^%.1f tries\n", synthetic, bits)
	}
	// Output:
	// 0 synthetic: 2^0.0 tries
	// 4 synthetic: 2^15.5 tries
	// 32 synthetic: 2^58.6 tries
}
