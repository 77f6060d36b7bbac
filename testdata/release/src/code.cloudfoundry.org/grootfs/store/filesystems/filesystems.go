// Package filesystems tells whether a store lies on the file system that its driver needs.
package filesystems

import (
	"fmt"
	"syscall"
)

// The codes that statfs(2) gives.
const (
	XfsType   = int64(0x58465342)
	BtrfsType = int64(0x9123683E)
	TmpfsType = int64(0x01021994)
)

// CheckFSPath fails where path does not lie on the named file system.
func CheckFSPath(path, filesystem string) error {
	statfs := syscall.Statfs_t{}
	if err := syscall.Statfs(path, &statfs); err != nil {
		return fmt.Errorf("detecting the file system of %s: %v", path, err)
	}

	fsType, err := filesystemCode(filesystem)
	if err != nil {
		return err
	}

	if statfs.Type != fsType {
		return fmt.Errorf("the store %s is not on %s", path, filesystem)
	}

	return nil
}

func filesystemCode(filesystem string) (int64, error) {
	switch filesystem {
	case "xfs":
		return XfsType, nil
	case "btrfs":
		return BtrfsType, nil
	case "tmpfs":
		return TmpfsType, nil
	default:
		return 0, fmt.Errorf("file system %s is not supported", filesystem)
	}
}
