// Package cmd is what newuidmap and newgidmap share.
package cmd

import (
	"bytes"
	"fmt"
	"os"
)

type mapping struct {
	hostID      int
	containerID int
	size        int
}

// MapIDs writes the id map of a container that is run by the user with the highest id:
// this user becomes root, and the ids below are the container's other users.
func MapIDs(procFilePath string, maximusID int) error {
	desiredMappings := []mapping{
		{
			containerID: 0,
			hostID:      maximusID,
			size:        1,
		},
		{
			containerID: 1,
			hostID:      65536,
			size:        maximusID - 65536,
		},
	}

	return writeMapFile(procFilePath, desiredMappings)
}

func writeMapFile(procFilePath string, desiredMappings []mapping) error {
	procMappings := bytes.NewBuffer([]byte{})

	for _, mapping := range desiredMappings {
		procMappings.WriteString(
			fmt.Sprintf("%10d %10d %10d\n", mapping.containerID, mapping.hostID, mapping.size),
		)
	}

	mapFile, err := os.OpenFile(procFilePath, os.O_WRONLY|os.O_TRUNC, 0600)
	if err != nil {
		return err
	}

	if _, err := mapFile.Write(procMappings.Bytes()); err != nil {
		return err
	}

	return mapFile.Close()
}
