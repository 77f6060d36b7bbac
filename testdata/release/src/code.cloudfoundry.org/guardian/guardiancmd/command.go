// Package guardiancmd wires the server from what its command line says.
package guardiancmd

import (
	"fmt"

	"code.cloudfoundry.org/guardian/rundmc/goci"
)

// ServerCommand holds the flags of the server.
type ServerCommand struct {
	Containers struct {
		ApparmorProfile string
	}
	Server struct {
		Tag string
	}
}

// A Template is what every container's bundle starts from.
type Template struct {
	CgroupRoot       string
	PrivilegedBase   goci.Bndl
	UnprivilegedBase goci.Bndl
}

// WireTemplate makes the bundles that containers are made of.
func (cmd *ServerCommand) WireTemplate() Template {
	baseBundle := goci.Bundle().
		WithNamespace("network").
		WithNamespace("mount")

	unprivilegedBundle := baseBundle.
		WithNamespace("user").
		WithMaskedPaths(defaultMaskedPaths())

	unprivilegedBundle.Spec.Linux.Seccomp = seccomp
	if cmd.Containers.ApparmorProfile != "" {
		unprivilegedBundle = unprivilegedBundle.WithApparmorProfile(cmd.Containers.ApparmorProfile)
	}
	privilegedBundle := baseBundle.
		WithMaskedPaths(nil)

	cgroupRootPath := "garden"
	if cmd.Server.Tag != "" {
		cgroupRootPath = fmt.Sprintf("%s-%s", cgroupRootPath, cmd.Server.Tag)
	}

	return Template{
		CgroupRoot:       cgroupRootPath,
		PrivilegedBase:   privilegedBundle,
		UnprivilegedBase: unprivilegedBundle,
	}
}

func defaultMaskedPaths() []string {
	return []string{
		"/proc/kcore",
		"/proc/sched_debug",
	}
}
