package syntax

import (
	"fmt"
	"os"
	"testing"

	"pavise/analysis/source"
)

func TestScratch(t *testing.T) {
	src, _ := os.ReadFile(os.Getenv("PY"))
	d := NewDocument(source.New("x.py", src), Budget{})
	defer d.Close()
	fmt.Println("HasError", d.Tree().HasError, d.Tree().Partial)
	for _, u := range d.Tree().Units {
		fmt.Printf("%d-%d class=%d kind=%s name=%q key=%q parent=%q err=%v %q\n", u.Start, u.End(), u.Class, KindName(u.Kind), u.Name, u.Key, u.Parent, u.HasError, u.Text)
		if os.Getenv("NODES") != "" {
			fmt.Print(dumpNode(u.Unit))
		}
	}
}
