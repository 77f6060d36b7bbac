//go:build linux
// +build linux

package unpacker

import (
	"os"
	"syscall"
	"time"
	"unsafe"
)

// What utimensat(2) takes for a time that shall stay as it is, and its flag for links.
const utimeOmit int64 = (1 << 30) - 2
const atSymlinkNoFollow = 0x100

// setModTime sets the modification time of path, of the link itself where path is one,
// and leaves its access time alone.
func setModTime(path string, modTime time.Time) error {
	name, err := syscall.BytePtrFromString(path)
	if err != nil {
		return err
	}

	times := [2]syscall.Timespec{
		{Nsec: utimeOmit},
		syscall.NsecToTimespec(modTime.UnixNano()),
	}

	atFdCwd := -100
	_, _, errno := syscall.Syscall6(
		syscall.SYS_UTIMENSAT,
		uintptr(atFdCwd),
		uintptr(unsafe.Pointer(name)),
		uintptr(unsafe.Pointer(&times[0])),
		uintptr(atSymlinkNoFollow),
		0, 0,
	)
	if errno == syscall.ENOSYS {
		return os.Chtimes(path, time.Now(), modTime)
	}
	if errno != 0 {
		return errno
	}

	return nil
}
