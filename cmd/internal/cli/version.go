package cli

import (
	"fmt"
	"runtime"

	"pavise/cmd/internal/version"
)

type versionCmd struct{}

func (*versionCmd) Run(a *app) error {
	_, err := fmt.Fprintf(a.stdout, "pavise %s (%s, %s/%s)\n", version.Build(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
