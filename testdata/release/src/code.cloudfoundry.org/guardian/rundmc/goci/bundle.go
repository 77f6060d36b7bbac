// Package goci builds the bundles that a container runtime is given.
package goci

// A Seccomp policy: which system calls a container may make.
type Seccomp struct {
	DefaultAction string
	Architectures []string
	Names         []string
}

// Linux is the part of a spec that only Linux knows.
type Linux struct {
	Namespaces      []string
	MaskedPaths     []string
	Seccomp         *Seccomp
	ApparmorProfile string
}

// Spec describes a container.
type Spec struct {
	Hostname string
	Linux    *Linux
}

// Bndl is a bundle; its methods return changed copies.
type Bndl struct {
	Spec Spec
}

// Bundle returns an empty bundle.
func Bundle() Bndl {
	return Bndl{Spec: Spec{Linux: &Linux{}}}
}

// WithNamespace adds a namespace.
func (b Bndl) WithNamespace(namespace string) Bndl {
	linux := *b.Spec.Linux
	linux.Namespaces = append(append([]string{}, linux.Namespaces...), namespace)
	b.Spec.Linux = &linux
	return b
}

// WithMaskedPaths sets the paths that a container does not see.
func (b Bndl) WithMaskedPaths(paths []string) Bndl {
	linux := *b.Spec.Linux
	linux.MaskedPaths = paths
	b.Spec.Linux = &linux
	return b
}

// WithApparmorProfile sets the profile that confines a container.
func (b Bndl) WithApparmorProfile(profile string) Bndl {
	linux := *b.Spec.Linux
	linux.ApparmorProfile = profile
	b.Spec.Linux = &linux
	return b
}
