// Command grootfs unpacks a small image into a store.
//
//	grootfs STORE FILESYSTEM
package main

import (
	"fmt"
	"os"
	"time"

	"code.cloudfoundry.org/grootfs/base_image_puller/unpacker"
	"code.cloudfoundry.org/grootfs/store/filesystems"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: grootfs STORE FILESYSTEM")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(store, filesystem string) error {
	if err := filesystems.CheckFSPath(store, filesystem); err != nil {
		return err
	}

	return unpacker.Unpack(store, []unpacker.Entry{
		{Name: "motd", Content: []byte("welcome\n"), ModTime: time.Unix(1000000000, 0)},
	})
}
