// Command gen prints what Go's standard library declares, for the types that other code is read with.
package main

import (
	"bufio"
	"fmt"
	"go/build"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"sort"
	"strings"
)

var pkg *types.Package

func qual(p *types.Package) string {
	if p == pkg {
		return ""
	}
	imports[p.Path()] = p.Name()
	return p.Name()
}

var imports map[string]string
var wanted []types.Object
var done map[types.Object]bool

// need marks an unexported type of this package that is held by value.
func need(t types.Type) {
	switch u := t.(type) {
	case *types.Named:
		o := u.Obj()
		if o.Pkg() == pkg && !done[o] {
			done[o] = true
			wanted = append(wanted, o)
		}
	case *types.Array:
		need(u.Elem())
	case *types.Struct:
		for i := 0; i < u.NumFields(); i++ {
			need(u.Field(i).Type())
		}
	}
}

// hidden tells whether a type names an unexported type, or one of an internal package.
func strip(s string) string {
	s = strings.ReplaceAll(s, "interface{}", "any")
	return s
}

func tstr(t types.Type) string { return strip(types.TypeString(t, qual)) }

// field types: pointers to hidden things shrink to unsafe pointers' size
func ftype(t types.Type) string {
	switch u := t.(type) {
	case *types.Pointer:
		if hidden(u.Elem(), 0) {
			return "*struct{}"
		}
	case *types.Slice:
		if hidden(u.Elem(), 0) {
			return "[]struct{}"
		}
	case *types.Map:
		if hidden(u.Elem(), 0) || hidden(u.Key(), 0) {
			return "map[int]int"
		}
	case *types.Chan:
		if hidden(u.Elem(), 0) {
			return "chan int"
		}
	case *types.Signature:
		return "func" + strings.TrimPrefix(sig(u), "func")
	case *types.Struct:
		return structStr(u)
	case *types.Array:
		need(t)
		return fmt.Sprintf("[%d]%s", u.Len(), ftype(u.Elem()))
	case *types.Named:
		o := u.Obj()
		if o.Pkg() != nil && strings.Contains("/"+o.Pkg().Path()+"/", "/internal/") || (o.Pkg() != nil && o.Pkg() != pkg && !o.Exported()) {
			return ftype(u.Underlying())
		}
		need(t)
	}
	if _, ok := t.Underlying().(*types.Interface); ok && hidden(t, 0) {
		return "any"
	}
	return tstr(t)
}

func hidden(t types.Type, d int) bool {
	if d > 6 {
		return true
	}
	switch u := t.(type) {
	case *types.Named:
		o := u.Obj()
		if o.Pkg() == nil {
			return false
		}
		return !o.Exported() || strings.Contains("/"+o.Pkg().Path()+"/", "/internal/")
	case *types.Pointer:
		return hidden(u.Elem(), d+1)
	case *types.Slice:
		return hidden(u.Elem(), d+1)
	case *types.Array:
		return hidden(u.Elem(), d+1)
	case *types.Chan:
		return hidden(u.Elem(), d+1)
	case *types.Map:
		return hidden(u.Elem(), d+1) || hidden(u.Key(), d+1)
	case *types.Struct:
		return false
	case *types.Signature:
		return false
	}
	return false
}

func sig(s *types.Signature) string {
	ps := []string{}
	for i := 0; i < s.Params().Len(); i++ {
		t := s.Params().At(i).Type()
		if s.Variadic() && i == s.Params().Len()-1 {
			e := t
			if sl, ok := t.(*types.Slice); ok {
				e = sl.Elem()
			}
			ps = append(ps, "..."+rtype(e))
		} else {
			ps = append(ps, rtype(t))
		}
	}
	out := "(" + strings.Join(ps, ",") + ")"
	rs := []string{}
	for i := 0; i < s.Results().Len(); i++ {
		rs = append(rs, rtype(s.Results().At(i).Type()))
	}
	if len(rs) == 1 {
		out += " " + rs[0]
	} else if len(rs) > 1 {
		out += " (" + strings.Join(rs, ",") + ")"
	}
	return out
}

func rtype(t types.Type) string {
	if hidden(t, 0) {
		if _, ok := t.Underlying().(*types.Interface); ok {
			return "any"
		}
		return "struct{}"
	}
	if s, ok := t.(*types.Signature); ok {
		return "func" + sig(s)
	}
	return tstr(t)
}

func structStr(s *types.Struct) string {
	var b strings.Builder
	b.WriteString("struct{")
	for i := 0; i < s.NumFields(); i++ {
		f := s.Field(i)
		if i > 0 {
			b.WriteString(";")
		}
		ft := ftype(f.Type())
		if f.Embedded() && !strings.HasPrefix(ft, "struct{") && !strings.HasPrefix(ft, "*struct{") && ft != "any" {
			b.WriteString(ft)
			continue
		}
		b.WriteString(f.Name() + " " + ft)
	}
	b.WriteString("}")
	return b.String()
}

func methods(w *strings.Builder, o *types.TypeName) {
	n, ok := o.Type().(*types.Named)
	if !ok {
		return
	}
	for i := 0; i < n.NumMethods(); i++ {
		m := n.Method(i)
		if !m.Exported() {
			continue
		}
		s := m.Type().(*types.Signature)
		if s.Results().Len() == 0 && s.Params().Len() == 0 && m.Name() != "Lock" {
			continue
		}
		star := ""
		if _, ok := s.Recv().Type().(*types.Pointer); ok {
			star = "*"
		}
		recv := o.Name()
		if n.TypeParams().Len() > 0 {
			recv += "[T]"
		}
		fmt.Fprintf(w, "func (%s%s) %s%s\n", star, recv, m.Name(), sig(s))
	}
}

func main() {
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		panic(err)
	}
	var paths []string
	sc := bufio.NewScanner(strings.NewReader(string(out)))
	for sc.Scan() {
		p := sc.Text()
		if strings.Contains("/"+p+"/", "/internal/") || strings.HasPrefix(p, "debug/") || strings.HasPrefix(p, "vendor/") || p == "unsafe" {
			continue
		}
		paths = append(paths, p)
	}
	sort.Strings(paths)
	build.Default.GOARCH = "arm"
	build.Default.GOOS = "linux"
	build.Default.CgoEnabled = false
	imp := importer.ForCompiler(token.NewFileSet(), "source", nil)
	fmt.Println("# What Go 1.19's standard library declares, on linux/arm.")
	for _, p := range paths {
		q, err := imp.Import(p)
		if err != nil {
			fmt.Fprintln(os.Stderr, p, err)
			continue
		}
		pkg = q
		imports = map[string]string{}
		done = map[types.Object]bool{}
		wanted = nil
		var body strings.Builder
		for _, n := range q.Scope().Names() {
			o := q.Scope().Lookup(n)
			if o.Exported() {
				if _, ok := o.(*types.TypeName); ok {
					done[o] = true
				}
				wanted = append(wanted, o)
			}
		}
		for i := 0; i < len(wanted); i++ {
			switch o := wanted[i].(type) {
			case *types.TypeName:
				if o.IsAlias() {
					fmt.Fprintf(&body, "type %s = %s\n", o.Name(), rtype(o.Type()))
					continue
				}
				tp := ""
				n, _ := o.Type().(*types.Named)
				if n != nil && n.TypeParams().Len() > 0 {
					tp = "[T any]"
				}
				switch u := o.Type().Underlying().(type) {
				case *types.Struct:
					fmt.Fprintf(&body, "type %s%s %s\n", o.Name(), tp, structStr(u))
				case *types.Interface:
					ms := []string{}
					for i := 0; i < u.NumMethods(); i++ {
						m := u.Method(i)
						if m.Exported() {
							ms = append(ms, m.Name()+sig(m.Type().(*types.Signature)))
						}
					}
					if len(ms) == 0 {
						ms = []string{"hidden()"}
					}
					fmt.Fprintf(&body, "type %s interface{%s}\n", o.Name(), strings.Join(ms, ";"))
				default:
					fmt.Fprintf(&body, "type %s %s\n", o.Name(), ftype(u))
				}
				if o.Exported() {
					methods(&body, o)
				}
			case *types.Func:
				s := o.Type().(*types.Signature)
				if s.Results().Len() == 0 && p != "sync/atomic" {
					fmt.Fprintf(&body, "func %s%s\n", o.Name(), sig(s))
					continue
				}
				tp := ""
				if s.TypeParams().Len() > 0 {
					ns := []string{}
					for i := 0; i < s.TypeParams().Len(); i++ {
						ns = append(ns, s.TypeParams().At(i).Obj().Name()+" any")
					}
					tp = "[" + strings.Join(ns, ",") + "]"
				}
				fmt.Fprintf(&body, "func %s%s%s\n", o.Name(), tp, sig(s))
			case *types.Var:
				fmt.Fprintf(&body, "var %s %s\n", o.Name(), rtype(o.Type()))
			case *types.Const:
				b, _ := o.Type().(*types.Basic)
				v := o.Val().ExactString()
				if strings.HasPrefix(p, "syscall") && false {
					continue
				}
				if len(v) > 40 || strings.Contains(v, "/") {
					if b == nil || b.Info()&types.IsUntyped != 0 {
						continue
					}
					v = "0"
				}
				if b != nil && b.Info()&types.IsUntyped != 0 {
					fmt.Fprintf(&body, "const %s = %s\n", o.Name(), v)
				} else {
					fmt.Fprintf(&body, "const %s %s = %s\n", o.Name(), rtype(o.Type()), v)
				}
			}
		}
		fmt.Printf("== %s\npackage %s\n", p, q.Name())
		var ks []string
		for k := range imports {
			ks = append(ks, k)
		}
		sort.Strings(ks)
		for _, k := range ks {
			fmt.Printf("import %q\n", k)
		}
		fmt.Print(body.String())
	}
}
