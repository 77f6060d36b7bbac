package guardiancmd

import "code.cloudfoundry.org/guardian/rundmc/goci"

// The system calls that an unprivileged container may make.
var seccomp = &goci.Seccomp{
	DefaultAction: "SCMP_ACT_ERRNO",
	Architectures: []string{
		"SCMP_ARCH_X86_64",
		"SCMP_ARCH_X86",
		"SCMP_ARCH_X32",
	},
	Names: []string{
		"accept",
		"arch_prctl",
		"close",
		"execve",
		"exit_group",
		"modify_ldt",
		"openat",
		"read",
		"write",
	},
}
