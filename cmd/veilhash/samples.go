package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/image/draw"

	"github.com/veilhash/veilhash/sdk"
	"github.com/veilhash/veilhash/sdk/blindset/setdir"
	"github.com/veilhash/veilhash/sdk/imagehash/classic"
	"github.com/veilhash/veilhash/sdk/imagehash/decode"
	"github.com/veilhash/veilhash/sdk/threshold"
	"github.com/veilhash/veilhash/sdk/trust"
	"github.com/veilhash/veilhash/sdk/voucher"
)

// A sample is a picture of the demonstration, in the form in which it is scanned.
type sample struct {
	Name  string `json:"name"`
	InSet bool   `json:"inSet"`
	Edit  string `json:"edit,omitempty"` // what was done to it since it went into the set

	original string // its file
	data     []byte
}

// A sampleSet is the pictures of a demonstration.
type sampleSet []sample

const sampleEdit = "resized to 64 %, JPEG 75"

// loadSamples reads a folder. In the order of their names every second picture goes into the set, and is scanned resized and recompressed.
func loadSamples(a *app, dir string) (*sampleSet, error) {
	files, unread, err := findPictures([]string{dir})
	if err != nil {
		return nil, err
	}
	a.warnUnread(unread)
	slices.Sort(files)
	var out sampleSet
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := decode.Decode(raw, decode.Limits{})
		if err != nil {
			a.warn("%s: left out: %v", file, err)
			continue
		}
		s := sample{Name: filepath.Base(file), InSet: len(out)%2 == 0, original: file, data: raw}
		if s.InSet {
			s.Edit = sampleEdit
			if s.data, err = recompress(p); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	if len(out) < 2 {
		return nil, refused(fmt.Errorf("a demonstration needs two pictures, and %s has %d", dir, len(out)))
	}
	return &out, nil
}

// recompress is what a messenger does to a picture.
func recompress(p *decode.Picture) ([]byte, error) {
	src := p.NRGBA()
	dst := image.NewRGBA(image.Rect(0, 0, max(1, p.Width()*64/100), max(1, p.Height()*64/100)))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(dst, dst.Rect, src, src.Rect, draw.Over, nil)
	var b bytes.Buffer
	err := jpeg.Encode(&b, dst, &jpeg.Options{Quality: 75})
	return b.Bytes(), err
}

// originals are the files that belong into the set.
func (s sampleSet) originals() (files []string) {
	for _, p := range s {
		if p.InSet {
			files = append(files, p.original)
		}
	}
	return files
}

// write puts the samples into a directory for the page: each as it is scanned, and their list.
func (s sampleSet) write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	list, err := json.Marshal(s)
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(dir, "index.json"), list, 0o600)
	for _, p := range s {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, p.Name), p.data, 0o600))
	}
	return err
}

// An upload is a sample's way: what the server named its vouchers.
type uploaded struct {
	sample
	ids []string
}

// scanSamples sends every sample the whole way: sealed by a scanner, posted to the server, and looked up on its console when all have come.
func scanSamples(a *app, server string, set *setdir.Set, trusted *demoTrust, samples *sampleSet) (*demoInfo, error) {
	cfg, err := trusted.config()
	if err != nil {
		return nil, err
	}
	scanner, err := sdk.NewScanner(sdk.ScannerConfig{
		Manifest:    set.Manifest.AppendText(nil),
		Trust:       &cfg,
		Account:     threshold.NewAccount(),
		Clock:       func() int64 { return time.Now().Unix() },
		ParseHasher: classic.Parse,
	})
	if err != nil {
		return nil, err
	}
	info := &demoInfo{VoucherBytes: scanner.VoucherSize()}
	if err := info.trusted(set, scanner.Verdict()); err != nil {
		return nil, err
	}
	var times []float64
	var sent []uploaded
	// A displaced picture is sent once more at the end, as a person might; more than a few cannot be.
	for queue, i := *samples, 0; i < len(queue) && i < 3*len(*samples)+set.Manifest.Synthetics; i++ {
		s, start := queue[i], time.Now()
		binding := voucher.Binding{Account: demoAccount, Message: fmt.Sprintf("%d-%s", i, s.Name)}
		p, err := decode.Decode(s.data, decode.Limits{})
		scan := scanPicture(scanner, p, err)
		scan.ProvideFrom(set)
		_, payload := makeDerivative(scan, scanner.PayloadCapacity())
		upload, err := scan.SealUpload(sdk.SealOptions{Binding: binding, Kind: voucher.KindDerivative, Payload: payload})
		if err != nil {
			return nil, err
		}
		times = append(times, float64(time.Since(start).Microseconds())/1000)
		u := uploaded{sample: s}
		for _, raw := range upload.Vouchers {
			id, err := post(a.ctx, server, binding, raw)
			if err != nil {
				return nil, err
			}
			u.ids = append(u.ids, id)
		}
		if err := scanner.Acknowledge(upload.Receipt); err != nil {
			return nil, err
		}
		if upload.Held == sdk.Displaced {
			info.Displaced++
			queue = append(slices.Clone(queue), s)
			continue
		}
		sent = append(sent, u)
	}
	slices.Sort(times)
	info.Milliseconds = times[len(times)/2]
	return info, info.ask(a.ctx, server, sent)
}

// trusted notes who answers for the set, as the scanner found.
func (i *demoInfo) trusted(set *setdir.Set, v *trust.Verdict) error {
	rest, err := trust.ParseRest(v.Rest)
	if err != nil {
		return err
	}
	i.EndorsedBy, i.Log, i.CodeFiles = v.Curators, v.Checkpoint.Origin, len(rest.Files)
	for _, w := range v.Cosignatures {
		i.WitnessedBy = append(i.WitnessedBy, w.Witness)
	}
	for k := range set.Manifest.Layers {
		l := &set.Manifest.Layers[k]
		i.SetBytes += len(l.Shards) * l.ShardBytes()
	}
	return nil
}

// demoAccount is the account of the samples.
const demoAccount = "headless"

// ask finds out what the server could do with all that was sent.
func (i *demoInfo) ask(ctx context.Context, server string, sent []uploaded) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var account struct {
		Vouchers, Matches, Waiting, Synthetics int
		Opened                                 bool
	}
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		if err := call(ctx, http.MethodGet, server+"/v0/console/accounts?account="+demoAccount, nil, &account); err != nil {
			return err
		}
		if account.Waiting == 0 {
			break
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	i.Vouchers, i.Matches, i.Synthetics, i.Opened = account.Vouchers, account.Matches, account.Synthetics, account.Opened
	for _, u := range sent {
		opened, matched := false, false
		for _, id := range u.ids {
			var v struct{ State, Outcome string }
			if err := call(ctx, http.MethodGet, server+"/v0/console/vouchers/"+id, nil, &v); err != nil {
				return err
			}
			opened = opened || v.State == "opened"
			matched = matched || v.State == "match" && v.Outcome == "" // the account is not open, so it may be synthetic
		}
		i.count(u.sample, opened, matched)
	}
	return nil
}

func (i *demoInfo) count(s sample, opened, matched bool) {
	i.Pictures++
	switch {
	case s.InSet && (opened || matched):
		i.InSet, i.Matched = i.InSet+1, i.Matched+1
	case s.InSet:
		i.InSet, i.Missed = i.InSet+1, i.Missed+1
	case opened:
		i.Unexpected++
	case matched:
		i.Unclear++
	default:
		i.Closed++
	}
}

// post uploads a voucher and returns its name.
func post(ctx context.Context, server string, b voucher.Binding, sealed []byte) (id string, err error) {
	q := url.Values{"account": {b.Account}, "message": {b.Message}}
	var receipt struct{ ID string }
	err = call(ctx, http.MethodPost, server+"/v0/vouchers?"+q.Encode(), sealed, &receipt)
	return receipt.ID, err
}

// call makes a request and decodes the answer.
func call(ctx context.Context, method, target string, body []byte, answer any) error {
	return callAs(ctx, "", method, target, body, answer)
}

// callAs shows an application's key, unless it is empty.
func callAs(ctx context.Context, key, method, target string, body []byte, answer any) error {
	r, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return errors.New(resp.Status + ": " + string(b))
	}
	return json.Unmarshal(b, answer)
}
