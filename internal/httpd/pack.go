package httpd

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// packFrom is the smallest body that is packed: what fits into one packet gains
// nothing.
const packFrom = 1400

// packing wraps a handler so that it answers in gzip whoever asks for it. Speed
// counts more than the last tenth of size: the slowest part of a long answer is
// on the way already while it is being made.
func packing(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.EnableZstd(false), gzhttp.MinSize(packFrom), gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypeFilter(func(contentType string) bool {
			return contentType == jsonType || contentType == xmlType || strings.HasPrefix(contentType, "text/html") ||
				strings.HasPrefix(contentType, "text/css") || strings.HasPrefix(contentType, "text/javascript")
		}),
	)
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(h)
}
