// Package diodes has ring buffers that drop the oldest data rather than block.
package diodes

import (
	"sync/atomic"
	"unsafe"
)

// GenericDataType is what a diode holds.
type GenericDataType unsafe.Pointer

// Alerter is told how many values were dropped.
type Alerter interface {
	Alert(missed int)
}

// A bucket is one value and the number it was written under.
type bucket struct {
	data GenericDataType
	seq  uint64
}

// ManyToOne is a diode for many writers and a single reader.
type ManyToOne struct {
	buffer     []unsafe.Pointer
	writeIndex uint64
	readIndex  uint64
	alerter    Alerter
}

// NewManyToOne makes a diode of the given size.
func NewManyToOne(size int, alerter Alerter) *ManyToOne {
	d := &ManyToOne{
		buffer:  make([]unsafe.Pointer, size),
		alerter: alerter,
	}

	// One before zero, so that the first write gets index zero.
	d.writeIndex = ^d.writeIndex
	return d
}

// Set writes the next value.
func (d *ManyToOne) Set(data GenericDataType) {
	writeIndex := atomic.AddUint64(&d.writeIndex, 1)
	idx := writeIndex % uint64(len(d.buffer))
	atomic.StorePointer(&d.buffer[idx], unsafe.Pointer(&bucket{data: data, seq: writeIndex}))
}

// TryNext reads the next value, if there is one.
func (d *ManyToOne) TryNext() (data GenericDataType, ok bool) {
	idx := d.readIndex % uint64(len(d.buffer))
	result := (*bucket)(atomic.SwapPointer(&d.buffer[idx], nil))
	if result == nil || result.seq < d.readIndex {
		return nil, false
	}

	if result.seq > d.readIndex {
		// The writers have come round: go on where they are.
		dropped := result.seq - d.readIndex
		d.readIndex = result.seq
		d.alerter.Alert(int(dropped))
	}

	d.readIndex++
	return result.data, true
}
