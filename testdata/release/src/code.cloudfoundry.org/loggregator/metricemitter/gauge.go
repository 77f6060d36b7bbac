package metricemitter

import "sync/atomic"

// Gauge is a value that goes up and down.
type Gauge struct {
	Tagged
	name  string
	unit  string // what the value is measured in
	value uint64 // hundredths, as sync/atomic has no floats
}

// NewGauge makes a gauge.
func NewGauge(name, unit string) *Gauge {
	return &Gauge{
		Tagged: Tagged{tags: make(map[string]string)},
		name:   name,
		unit:   unit,
	}
}

// Set sets the value.
func (m *Gauge) Set(value float64) {
	atomic.StoreUint64(&m.value, uint64(value*100))
}

// GetValue returns the value.
func (m *Gauge) GetValue() float64 {
	return float64(atomic.LoadUint64(&m.value)) / 100
}
