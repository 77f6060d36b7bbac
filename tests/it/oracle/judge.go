// Judges results of substitutions in Go: the ideal is made by exchanging nodes of the syntax tree, each call of a rule
// for the rule's template, and the arguments for its holes. The result must be the same tree, parentheses aside, and
// compile where the ideal does.
//
// Reads one case a line as JSON, and answers each with a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"os"
	"reflect"
	"strconv"
	"strings"
)

type question struct {
	Number    int      `json:"number"`
	Source    string   `json:"source"`
	Templates []string `json:"templates"`
	Result    string   `json:"result"`
}

type answer struct {
	Number  int    `json:"number"`
	Verdict string `json:"verdict"`
	Ideal   string `json:"ideal"`
	Why     string `json:"why"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		line, err := json.Marshal(judge(q))
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(out, "%s\n", line)
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
}

func judge(q question) answer {
	files := token.NewFileSet()
	ideal, err := parser.ParseFile(files, "ideal.go", q.Source, 0)
	if err != nil {
		panic(fmt.Sprintf("case %d: %v", q.Number, err))
	}
	rewrite(reflect.ValueOf(ideal), q.Templates)
	a := answer{Number: q.Number, Verdict: "same", Ideal: shown(files, ideal)}
	if err := check(files, ideal); err != nil {
		a.Verdict, a.Why = "no ideal", err.Error()
		return a
	}
	result, err := parser.ParseFile(files, "result.go", q.Result, 0)
	if err == nil {
		err = check(files, result)
	}
	if err != nil {
		a.Verdict, a.Why = "broken", err.Error()
		return a
	}
	if one, other := tree(ideal), tree(result); one != other {
		a.Verdict, a.Why = "other", shown(files, result)
	}
	return a
}

// shown is the file as text. Parentheses that only the text needs are not in the tree of an ideal.
func shown(files *token.FileSet, file *ast.File) string {
	var text strings.Builder
	if err := printer.Fprint(&text, files, file.Decls[len(file.Decls)-1]); err != nil {
		return err.Error()
	}
	return text.String()
}

func check(files *token.FileSet, file *ast.File) error {
	config := types.Config{Importer: importer.Default()}
	_, err := config.Check("a", files, []*ast.File{file}, nil)
	return err
}

var expression = reflect.TypeOf((*ast.Expr)(nil)).Elem()

// rewrite exchanges all calls of rules below a value, inner ones first.
func rewrite(v reflect.Value, templates []string) {
	each(v, func(slot reflect.Value) {
		rewrite(slot, templates)
		if slot.Type() != expression || slot.IsNil() {
			return
		}
		call, ok := slot.Interface().(*ast.CallExpr)
		if !ok {
			return
		}
		fun, args := call.Fun, call.Args
		if index, ok := fun.(*ast.IndexExpr); ok {
			// A type stands in brackets of its own.
			fun, args = index.X, append([]ast.Expr{index.Index}, args...)
		}
		name, ok := fun.(*ast.Ident)
		if !ok || !strings.HasPrefix(name.Name, "rule") {
			return
		}
		rule, err := strconv.Atoi(strings.TrimPrefix(name.Name, "rule"))
		if err != nil {
			panic(err)
		}
		template, err := parser.ParseExpr(templates[rule])
		if err != nil {
			panic(fmt.Sprintf("%s: %v", templates[rule], err))
		}
		fill(reflect.ValueOf(&template).Elem(), args)
		slot.Set(reflect.ValueOf(template))
	})
}

// fill puts arguments into the holes of a template, which are called x0, x1, ...
func fill(slot reflect.Value, args []ast.Expr) {
	if slot.Type() == expression && !slot.IsNil() {
		if name, ok := slot.Interface().(*ast.Ident); ok {
			hole, err := strconv.Atoi(strings.TrimPrefix(name.Name, "x"))
			if strings.HasPrefix(name.Name, "x") && err == nil {
				slot.Set(reflect.ValueOf(args[hole]))
			}
			return
		}
	}
	each(slot, func(inner reflect.Value) { fill(inner, args) })
}

// each visits the places below a value at which nodes stand.
func each(v reflect.Value, visit func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Ptr:
		if _, ok := v.Interface().(*ast.Object); !ok && !v.IsNil() {
			if _, ok := v.Interface().(*ast.Scope); !ok {
				each(v.Elem(), visit)
			}
		}
	case reflect.Slice:
		for i := 0; i < v.Len(); i++ {
			visit(v.Index(i))
		}
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			name := v.Type().Field(i).Name
			if name != "Obj" && name != "Scope" && name != "Unresolved" && name != "Imports" && name != "Decl" {
				visit(v.Field(i))
			}
		}
	}
}

// tree writes a tree as text, without positions and parentheses.
func tree(node ast.Node) string {
	var text strings.Builder
	write(&text, reflect.ValueOf(node))
	return text.String()
}

var position = reflect.TypeOf(token.NoPos)

func write(text *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Ptr:
		if v.IsNil() {
			text.WriteString("nil ")
			return
		}
		if paren, ok := v.Interface().(*ast.ParenExpr); ok {
			write(text, reflect.ValueOf(paren.X))
			return
		}
		write(text, v.Elem())
	case reflect.Slice:
		text.WriteString("[")
		for i := 0; i < v.Len(); i++ {
			write(text, v.Index(i))
		}
		text.WriteString("] ")
	case reflect.Struct:
		text.WriteString(v.Type().Name() + "(")
		for i := 0; i < v.NumField(); i++ {
			field := v.Type().Field(i)
			skip := field.Type == position || field.Name == "Obj" || field.Name == "Scope" || field.Name == "Unresolved"
			if !skip {
				write(text, v.Field(i))
			}
		}
		text.WriteString(") ")
	default:
		fmt.Fprintf(text, "%v ", v.Interface())
	}
}
