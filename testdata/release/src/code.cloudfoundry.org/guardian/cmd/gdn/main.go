// Command gdn prints the bundle of an unprivileged container.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"code.cloudfoundry.org/guardian/guardiancmd"
)

func main() {
	command := &guardiancmd.ServerCommand{}
	encoder := json.NewEncoder(os.Stdout)
	if err := encoder.Encode(command.WireTemplate().UnprivilegedBase); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
