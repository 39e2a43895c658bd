// Package files holds the rules about uploads and downloads.
package files

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{UploadFilenameTrusted, UploadTypeUnchecked, UploadSizeUnlimited, DownloadInline, InsecureTempName, HardcodedTempPath, PermissiveFileMode}
