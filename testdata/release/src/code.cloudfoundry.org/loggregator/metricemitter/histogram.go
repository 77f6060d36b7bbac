package metricemitter

import "sync/atomic"

// Histogram counts values by size.
type Histogram struct {
	bounds []uint64
	counts []uint64
}

// NewHistogram makes a histogram with one class below each bound, and one above them all.
func NewHistogram(bounds ...uint64) *Histogram {
	return &Histogram{
		bounds: bounds,
		counts: make([]uint64, len(bounds)+1),
	}
}

// Observe counts a value.
func (h *Histogram) Observe(value uint64) {
	class := 0
	for class < len(h.bounds) && value >= h.bounds[class] {
		class++
	}
	atomic.AddUint64(&h.counts[class], 1)
}

// Count returns how many values a class has.
func (h *Histogram) Count(class int) uint64 {
	return atomic.LoadUint64(&h.counts[class])
}
