// Package openapi is the description of the HTTP API, in OpenAPI 3.1, and the handler that hands it out. A test of package server drives the real handler through every operation
// and status that it describes, and finds no route and no code of package problem that it does not.
package openapi
