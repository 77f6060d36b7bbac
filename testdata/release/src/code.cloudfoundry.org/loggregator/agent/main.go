// Command agent does one thing of each kind that an agent does, or the one that is named.
//
//	agent [counter|gauge|histogram|diode|connector]
package main

import (
	"fmt"
	"os"

	"code.cloudfoundry.org/loggregator/diodes"
	"code.cloudfoundry.org/loggregator/metricemitter"
	"code.cloudfoundry.org/loggregator/plumbing"
)

var steps = []struct {
	name string
	run  func()
}{
	{"counter", count},
	{"gauge", measure},
	{"histogram", classify},
	{"diode", buffer},
	{"connector", connect},
}

func main() {
	for _, step := range steps {
		if len(os.Args) < 2 || os.Args[1] == step.name {
			step.run()
		}
	}
}

func count() {
	dropped := metricemitter.NewCounter("dropped", "agent")
	dropped.Increment(3)
	dropped.Increment(1 << 40)
	fmt.Println("counter", dropped.GetDelta())
}

func measure() {
	load := metricemitter.NewGauge("load", "percent")
	load.Set(12.5)
	fmt.Println("gauge", load.GetValue())
}

func classify() {
	sizes := metricemitter.NewHistogram(10, 100)
	sizes.Observe(50)
	fmt.Println("histogram", sizes.Count(0), sizes.Count(1), sizes.Count(2))
}

type alerter struct{ missed int }

func (a *alerter) Alert(missed int) { a.missed += missed }

func buffer() {
	missed := &alerter{}
	diode := diodes.NewManyToOne(4, missed)
	for i := 0; i < 6; i++ {
		diode.Set([]byte{byte('a' + i)})
	}
	data, ok := diode.TryNext()
	fmt.Println("diode", string(data), ok, missed.missed)
}

func connect() {
	connector := plumbing.NewConnector(2, "10.0.0.1", "10.0.0.2")
	connector.Subscribe()
	alive := connector.Alive()
	connector.Leave()
	fmt.Println("connector", connector.References(), alive, connector.Alive())
}
