// Package diodes has diodes that hold bytes.
package diodes

import gendiodes "code.cloudfoundry.org/go-diodes"

// ManyToOne is a diode of byte slices.
type ManyToOne struct {
	d *gendiodes.ManyToOne
}

// NewManyToOne makes a diode of the given size.
func NewManyToOne(size int, alerter gendiodes.Alerter) *ManyToOne {
	return &ManyToOne{
		d: gendiodes.NewManyToOne(size, alerter),
	}
}

// Set writes the next value.
func (d *ManyToOne) Set(data []byte) {
	d.d.Set(gendiodes.GenericDataType(&data))
}

// TryNext reads the next value, if there is one.
func (d *ManyToOne) TryNext() ([]byte, bool) {
	data, ok := d.d.TryNext()
	if !ok {
		return nil, ok
	}

	return *(*[]byte)(data), true
}
