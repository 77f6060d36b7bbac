// Package idmapper finds the ids that a user namespace has.
package idmapper

import (
	"bufio"
	"fmt"
	"os"
)

// IDMap is the path of a uid_map or gid_map.
type IDMap string

// The maps of the process itself.
const (
	DefaultUIDMap IDMap = "/proc/self/uid_map"
	DefaultGIDMap IDMap = "/proc/self/gid_map"
)

// MaxValid returns the highest id that the map knows.
func (u IDMap) MaxValid() (int, error) {
	f, err := os.Open(string(u))
	if err != nil {
		return 0, err
	}
	defer f.Close()

	m := 0
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		var container, host, size int
		if _, err := fmt.Sscanf(scanner.Text(), "%d %d %d", &container, &host, &size); err != nil {
			return 0, ParseError{Line: scanner.Text(), Err: err}
		}

		m = Max(m, container+size-1)
	}

	return m, nil
}

// Min returns the lower number.
func Min(a, b int) int {
	if a < b {
		return a
	}

	return b
}

// Max returns the higher number.
func Max(a, b int) int {
	if a > b {
		return a
	}

	return b
}

// ParseError is a line that is no line of an id map.
type ParseError struct {
	Line string
	Err  error
}

func (p ParseError) Error() string {
	return fmt.Sprintf("%s while parsing line %q", p.Err, p.Line)
}
