// Renders a Helm chart the way Helm does, for the tests: Go templates with the sprig functions and Helm's own.
// usage: render CHART RELEASE NAMESPACE [-f VALUES.yaml]... [--set KEY=VALUE]...
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type files struct{ root string }

func (f files) Get(name string) string {
	content, err := os.ReadFile(filepath.Join(f.root, name))
	if err != nil {
		return ""
	}
	return string(content)
}

func (f files) Glob(pattern string) map[string][]byte {
	found := map[string][]byte{}
	paths, _ := filepath.Glob(filepath.Join(f.root, pattern))
	for _, path := range paths {
		name, _ := filepath.Rel(f.root, path)
		found[name] = []byte(f.Get(name))
	}
	return found
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) map[string]interface{} {
	content, err := os.ReadFile(path)
	fail(err)
	values := map[string]interface{}{}
	fail(yaml.Unmarshal(content, &values))
	return values
}

// merge puts what is in over onto base; a null takes a value away, as Helm does.
func merge(base, over map[string]interface{}) map[string]interface{} {
	for key, value := range over {
		inner, isMap := value.(map[string]interface{})
		below, wasMap := base[key].(map[string]interface{})
		switch {
		case value == nil:
			delete(base, key)
		case isMap && wasMap:
			base[key] = merge(below, inner)
		default:
			base[key] = value
		}
	}
	return base
}

func set(values map[string]interface{}, assignment string) {
	key, text, _ := strings.Cut(assignment, "=")
	var value interface{}
	fail(yaml.Unmarshal([]byte(text), &value))
	path := strings.Split(key, ".")
	for _, part := range path[:len(path)-1] {
		next, ok := values[part].(map[string]interface{})
		if !ok {
			next = map[string]interface{}{}
			values[part] = next
		}
		values = next
	}
	values[path[len(path)-1]] = value
}

func main() {
	root, release, namespace := os.Args[1], os.Args[2], os.Args[3]
	values := read(filepath.Join(root, "values.yaml"))
	for i := 4; i+1 < len(os.Args); i += 2 {
		if os.Args[i] == "-f" {
			merge(values, read(os.Args[i+1]))
		} else {
			set(values, os.Args[i+1])
		}
	}
	chart := map[string]interface{}{}
	for key, value := range read(filepath.Join(root, "Chart.yaml")) {
		chart[strings.ToUpper(key[:1])+key[1:]] = value
	}
	data := map[string]interface{}{
		"Values":       values,
		"Chart":        chart,
		"Release":      map[string]interface{}{"Name": release, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Files":        files{root},
		"Capabilities": map[string]interface{}{"KubeVersion": map[string]interface{}{"Version": "v1.30.0", "Major": "1", "Minor": "30"}},
	}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := all.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	functions["toYaml"] = func(value interface{}) string {
		out, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(out), "\n")
	}
	functions["fromYaml"] = func(text string) map[string]interface{} {
		out := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(text), &out); err != nil {
			out["Error"] = err.Error()
		}
		return out
	}
	functions["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	functions["lookup"] = func(...string) map[string]interface{} { return map[string]interface{}{} }
	all.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(root, "templates", "*"))
	fail(err)
	sort.Strings(paths)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		fail(err)
		_, err = all.New(filepath.Base(path)).Parse(string(content))
		fail(err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var out bytes.Buffer
		fail(all.ExecuteTemplate(&out, name, data))
		if strings.HasSuffix(name, ".txt") {
			continue
		}
		if strings.TrimSpace(out.String()) != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", name, strings.ReplaceAll(out.String(), "<no value>", ""))
		}
	}
}
