// Package metricemitter counts what an agent does.
package metricemitter

import "sync/atomic"

// Counter counts what happened since it was last emitted.
type Counter struct {
	Tagged
	name     string
	sourceID string
	delta    uint64
}

// Tagged is embedded in every metric.
type Tagged struct {
	tags map[string]string
}

// NewCounter makes a counter.
func NewCounter(name, sourceID string) *Counter {
	return &Counter{
		Tagged:   Tagged{tags: make(map[string]string)},
		name:     name,
		sourceID: sourceID,
	}
}

// Increment adds to the counter.
func (m *Counter) Increment(c uint64) {
	atomic.AddUint64(&m.delta, c)
}

// GetDelta returns what was counted.
func (m *Counter) GetDelta() uint64 {
	return atomic.LoadUint64(&m.delta)
}

// Emit hands the count to emit and starts again at zero; a count that cannot be emitted is kept.
func (m *Counter) Emit(emit func(name string, delta uint64) error) error {
	d := atomic.SwapUint64(&m.delta, 0)

	if err := emit(m.name, d); err != nil {
		atomic.AddUint64(&m.delta, d)
		return err
	}

	return nil
}
