package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// A progress is a bar on a terminal, for work that takes more than a second, and nothing elsewhere.
type progress struct {
	app   *app
	label string
	start time.Time
	bar   *progressbar.ProgressBar
	total int
}

func (a *app) progress(label string) *progress {
	return &progress{app: a, label: label, start: time.Now()}
}

// update shows that done of total is done. A total of zero is unknown.
func (p *progress) update(done, total int) {
	if !p.app.onTerminal() || time.Since(p.start) < time.Second {
		return
	}
	if total == 0 {
		total = -1
	}
	if p.bar == nil || total != p.total {
		p.total = total
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.app.err),
			progressbar.OptionSetDescription(p.label),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	p.bar.Set(done)
}

// done takes the bar away.
func (p *progress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
