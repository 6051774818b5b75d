package rig

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// A Client is one connection to a server, which sends requests that were put together before and reads of the answers no more than it must: what is measured is
// the server, not net/http's client. It is for one goroutine.
type Client struct {
	address string
	timeout time.Duration
	conn    net.Conn
	in      *bufio.Reader
}

// NewClient returns a client of the server at an address. It connects when it must. timeout bounds one request; 0 means a minute.
func NewClient(address string, timeout time.Duration) *Client {
	if timeout == 0 {
		timeout = time.Minute
	}
	return &Client{address: address, timeout: timeout}
}

// A Response is a status and the first bytes of a body, valid until the next request.
type Response struct {
	Status int
	Body   []byte
}

var errResponse = errors.New("rig: the server's answer is not understood")

// Do sends a request and reads the answer. After an error the connection is a new one.
func (c *Client) Do(request []byte) (Response, error) {
	r, err := c.do(request)
	if err != nil {
		c.Close()
	}
	return r, err
}

func (c *Client) do(request []byte) (r Response, err error) {
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", c.address, c.timeout); err != nil {
			return r, err
		}
		c.in = bufio.NewReaderSize(c.conn, 4096)
		if err := c.conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
			return r, err
		}
	}
	if _, err := c.conn.Write(request); err != nil {
		return r, err
	}
	return c.read()
}

// read reads an answer that has a Content-Length, as all of ours have.
func (c *Client) read() (r Response, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return r, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return r, errResponse
	}
	if r.Status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return r, errResponse
	}
	length, last := -1, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return r, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return r, errResponse
			}
		case bytes.EqualFold(name, []byte("Connection")):
			last = bytes.EqualFold(value, []byte("close"))
		}
	}
	if length < 0 || length > c.in.Size() {
		return r, fmt.Errorf("%w: a body of %d bytes", errResponse, length)
	}
	if r.Body, err = c.in.Peek(length); err != nil {
		return r, err
	}
	if _, err = c.in.Discard(length); err != nil {
		return r, err
	}
	if last {
		r.Body = bytes.Clone(r.Body)
		c.Close()
	}
	return r, nil
}

// Renew gives the requests that follow the whole timeout again. (A deadline for each would cost the load a timer a request.)
func (c *Client) Renew() {
	if c.conn != nil {
		_ = c.conn.SetDeadline(time.Now().Add(c.timeout)) // a connection that is broken shows at the next request
	}
}

// Close closes the connection; the next request opens another.
func (c *Client) Close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}
