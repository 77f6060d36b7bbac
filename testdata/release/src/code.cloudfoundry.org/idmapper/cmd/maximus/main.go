// Command maximus prints the highest id that an id map knows.
//
//	maximus [MAP]
package main

import (
	"fmt"
	"os"

	"code.cloudfoundry.org/idmapper"
)

func main() {
	idMap := idmapper.DefaultUIDMap
	if len(os.Args) > 1 {
		idMap = idmapper.IDMap(os.Args[1])
	}

	highest, err := idMap.MaxValid()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(highest)
}
