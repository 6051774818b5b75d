#!/bin/sh
# Puts sample photographs into a folder: scripts/samples.sh DIR. They come from the pinned modules' own test data, so
# that nothing is downloaded but packages.
set -eu
cd "$(dirname "$0")/.."
out=$1
[ -d "$out" ] && exit 0
photos=$(go list -m -f '{{.Dir}}' github.com/corona10/goimagehash)/_examples
images=$(go list -m -f '{{.Dir}}' golang.org/x/image)/testdata
std=$(go env GOROOT)/src/image/testdata
tmp=$out.part
rm -rf "$tmp"
mkdir -p "$tmp"
# In the order of their names every second one goes into the demonstration's set.
cp "$images/go-turns-two-280x360.jpeg" "$tmp/1-gopher.jpeg"
cp "$photos/sample1.jpg" "$tmp/2-aircraft.jpg"
cp "$photos/sample2.jpg" "$tmp/3-moon.jpg"
cp "$photos/sample4.jpg" "$tmp/4-another-moon.jpg"
cp "$std/video-001.jpeg" "$tmp/5-speakers.jpeg"
cp "$std/video-005.gray.jpeg" "$tmp/6-grey-gopher.jpeg"
cp "$images/yellow_rose.lossy.webp" "$tmp/7-rose.webp"
cp "$images/tux.png" "$tmp/8-penguin.png"
chmod -R u+w "$tmp"
mv "$tmp" "$out"
