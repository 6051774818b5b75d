package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/veilhash/veilhash/sdk/threshold/calculate"
)

type thresholdCommand struct {
	FalsePositive float64   `required:"" placeholder:"RATE" help:"The probability that one innocent picture matches."`
	Pictures      int       `required:"" placeholder:"N" help:"How many different pictures an account sends in a period."`
	Target        float64   `required:"" placeholder:"PROBABILITY" help:"How likely it may be that an innocent account opens in a period."`
	Accounts      int       `default:"1" placeholder:"N" help:"Read --target as the expected number of innocent accounts that open in a period, of so many."`
	Burst         []float64 `default:"1,3,10,30" placeholder:"SIZE" help:"How many false matches come together on average; 1 for independent errors (${default})."`
	Synthetics    int       `default:"32" placeholder:"W" help:"The most synthetic vouchers of an account and period (${default})."`
}

func (thresholdCommand) Help() string {
	return `Prints the smallest T for which an innocent account has T or more false matches in a period with at most the target probability, for each mean size of
bursts: privacy ends at T, and T + 1 matches open an account for certain. Errors come in bursts, because one picture that matches falsely is forwarded in many
versions: the figure for independent errors is not one to rely on. Then what the synthetic vouchers hide.

Examples:
  veilhash threshold --false-positive 1e-10 --pictures 1000 --target 1e-10
  veilhash threshold --false-positive 4e-8 --pictures 5000 --target 1 --accounts 1000000000 --burst 1,10`
}

// thresholdInfo is what is printed of one size of bursts.
type thresholdInfo struct {
	Burst       float64  `json:"burst"`
	Threshold   int      `json:"threshold"`   // T, 0 if there is none
	AtThreshold interval `json:"atThreshold"` // contains the probability of T or more false matches
	OneLess     interval `json:"oneLess"`     // and of T − 1 or more
	Error       string   `json:"error,omitempty"`
}

// interval is calculate.Interval with names in lower case.
type interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// blurInfo is what is printed of the synthetic vouchers.
type blurInfo struct {
	Synthetics int     `json:"synthetics"`
	Epsilon    float64 `json:"epsilon"`
	Delta      float64 `json:"delta"`
	Mean       float64 `json:"mean"`
	Deviation  float64 `json:"deviation"`
}

func (c *thresholdCommand) Run(a *app) error {
	target := c.Target
	if c.Accounts != 1 {
		var err error
		if target, err = calculate.PerAccount(c.Target, c.Accounts); err != nil {
			return &exitError{exitUsage, err, "Look at --target and --accounts."}
		}
	}
	guarantee, err := calculate.GuaranteeFor(c.Synthetics)
	if err != nil {
		return &exitError{exitUsage, err, "Look at --synthetics."}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "burst\tT\tinnocent account opens\n")
	infos, reached := make([]thresholdInfo, 0, len(c.Burst)), false
	for _, burst := range c.Burst {
		info := thresholdInfo{Burst: burst}
		model := calculate.Model{FalsePositive: c.FalsePositive, Pictures: c.Pictures, MeanBurst: burst}
		answer, err := model.Threshold(target)
		switch {
		case errors.Is(err, calculate.ErrNoThreshold):
			info.Error = err.Error()
			fmt.Fprintf(&text, "%g\tnone\t\n", burst)
			a.warn("bursts of %g: %v", burst, err)
		case err != nil:
			return &exitError{exitUsage, err, "See veilhash threshold --help."}
		default:
			reached = true
			info.Threshold, info.AtThreshold, info.OneLess = answer.Threshold, interval(answer.AtThreshold), interval(answer.OneLess)
			fmt.Fprintf(&text, "%g\t%d\t%.2g\n", burst, answer.Threshold, answer.AtThreshold.High)
		}
		infos = append(infos, info)
	}
	fmt.Fprintf(&text, "blur\tw = %d\tepsilon %.2f, delta %.2g, %.1f synthetic on average\n", c.Synthetics, guarantee.Epsilon, guarantee.Delta, guarantee.Mean)
	blur := blurInfo{c.Synthetics, guarantee.Epsilon, guarantee.Delta, guarantee.Mean, guarantee.Deviation}
	if err := a.print(map[string]any{"target": target, "thresholds": infos, "blur": blur}, text.String()); err != nil {
		return err
	}
	if !reached {
		return refused(errors.New("no threshold reaches the target"))
	}
	return nil
}
