// Package plumbing connects consumers with the servers that they read from.
package plumbing

import (
	"sync/atomic"
	"unsafe"
)

// Connector knows who consumes from which server.
type Connector struct {
	clients        []*dopplerClientInfo
	consumerStates []unsafe.Pointer
}

type dopplerClientInfo struct {
	uri        string
	disconnect bool
	refCount   int64
}

type consumerState struct {
	data     chan []byte
	errs     chan error
	dopplers map[string]bool
	// set when the consumer has gone
	dead int64
}

// NewConnector makes a connector for servers at the given addresses and at most so many consumers.
func NewConnector(consumers int, uris ...string) *Connector {
	c := &Connector{consumerStates: make([]unsafe.Pointer, consumers)}
	for _, uri := range uris {
		c.clients = append(c.clients, &dopplerClientInfo{uri: uri})
	}

	return c
}

// Subscribe adds a consumer, and tells whether there was room for it.
func (c *Connector) Subscribe() bool {
	state := &consumerState{
		data:     make(chan []byte),
		errs:     make(chan error, 1),
		dopplers: make(map[string]bool),
	}
	for i := range c.consumerStates {
		if atomic.CompareAndSwapPointer(&c.consumerStates[i], nil, unsafe.Pointer(state)) {
			c.connect(state)
			return true
		}
	}

	return false
}

// Leave marks every consumer as gone.
func (c *Connector) Leave() {
	for i := range c.consumerStates {
		cs := atomic.LoadPointer(&c.consumerStates[i])
		if cs != nil {
			atomic.StoreInt64(&(*consumerState)(cs).dead, 1)
		}
	}
}

// Alive counts the consumers that have not gone.
func (c *Connector) Alive() int {
	alive := 0
	for i := range c.consumerStates {
		cs := atomic.LoadPointer(&c.consumerStates[i])
		if cs != nil &&
			(*consumerState)(cs) != nil &&
			atomic.LoadInt64(&(*consumerState)(cs).dead) == 0 {
			alive++
		}
	}

	return alive
}

// References counts the consumers of every server.
func (c *Connector) References() int64 {
	references := int64(0)
	for _, client := range c.clients {
		references += atomic.LoadInt64(&client.refCount)
	}

	return references
}

func (c *Connector) connect(state *consumerState) {
	for _, client := range c.clients {
		atomic.AddInt64(&client.refCount, 1)
		state.dopplers[client.uri] = true
	}
}
