// Package static hands out the page: the files of a file system and nothing else. No listings, no files whose names begin with a dot, no guessing of content types;
// "/" is index.html. Every answer has a strong ETag of the file's content and must be asked for again, so that a new build is seen at once.
//
// Where FILE.br lies beside FILE, clients that take brotli get that: the scanner is three times smaller so.
package static
