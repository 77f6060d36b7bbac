// Package unpacker lays the entries of an image out in a directory.
package unpacker

import (
	"io/ioutil"
	"path/filepath"
	"time"
)

// Entry is one file of an image.
type Entry struct {
	Name    string
	Content []byte
	ModTime time.Time
}

// Unpack writes the entries below dir.
func Unpack(dir string, entries []Entry) error {
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name)
		if err := ioutil.WriteFile(path, entry.Content, 0644); err != nil {
			return err
		}
		if err := setModTime(path, entry.ModTime); err != nil {
			return err
		}
	}

	return nil
}
