package engine_test
import ("testing";"fmt";"path/filepath")
func TestZZ(t *testing.T){ for name, ar := range projects(t) { dir:=unpack(t,ar); o:=options(t); b:=batch(t,dir,fileNames(ar),o,2); for _,f:=range fileNames(ar){ s:=b.Snapshot(filepath.Join(dir,f)); for _,x:=range s.Findings(){ fmt.Println(name,f,s.File().LineAt(x.Span.Start)+1,x.Rule.ID,x.Confidence,x.Message); for _,st:=range x.Steps{ r,_:=filepath.Rel(dir,st.Path); fmt.Println("    ",r,st.Span.Start,st.Text)}}}}}
