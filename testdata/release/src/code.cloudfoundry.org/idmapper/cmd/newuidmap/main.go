// Command newuidmap writes the uid map of a container whose user has the highest id.
//
//	newuidmap FILE HIGHEST
package main

import (
	"fmt"
	"os"
	"strconv"

	"code.cloudfoundry.org/idmapper/cmd"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: newuidmap FILE HIGHEST")
		os.Exit(2)
	}

	highest, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = cmd.MapIDs(os.Args[1], highest)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
