package flow

import (
	"encoding/base64"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// encoders and decoders pair the functions that undo each other. What an
// encoder makes harmless comes back when it is decoded.
var encoders = map[string]string{
	"base64.b64encode": "base64", "base64.standard_b64encode": "base64", "base64.encodebytes": "base64",
	"base64.urlsafe_b64encode": "base64url", "base64.b32encode": "base32", "base64.b16encode": "base16",
	"base64.b85encode": "base85", "base64.a85encode": "ascii85",
	"binascii.hexlify": "hex", "binascii.b2a_hex": "hex", "binascii.b2a_base64": "base64", ".hex": "hex", "bytes.hex": "hex",
	"urllib.parse.quote": "url", "urllib.parse.quote_plus": "url+", "html.escape": "html", "json.dumps": "json",
	"zlib.compress": "zlib", "gzip.compress": "gzip", "bz2.compress": "bz2", "lzma.compress": "lzma",
	"markupsafe.escape": "html", "xml.sax.saxutils.escape": "html", "codecs.encode": "codec", "pickle.dumps": "pickle",
}

var decoders = map[string]string{
	"base64.b64decode": "base64", "base64.standard_b64decode": "base64", "base64.decodebytes": "base64",
	"base64.urlsafe_b64decode": "base64url", "base64.b32decode": "base32", "base64.b16decode": "base16",
	"base64.b85decode": "base85", "base64.a85decode": "ascii85",
	"binascii.unhexlify": "hex", "binascii.a2b_hex": "hex", "binascii.a2b_base64": "base64", "bytes.fromhex": "hex", "bytearray.fromhex": "hex",
	"urllib.parse.unquote": "url", "urllib.parse.unquote_plus": "url+", "urllib.parse.unquote_to_bytes": "url",
	"html.unescape": "html", "xml.sax.saxutils.unescape": "html", "json.loads": "json",
	"zlib.decompress": "zlib", "gzip.decompress": "gzip", "bz2.decompress": "bz2", "lzma.decompress": "lzma",
	"codecs.decode": "codec",
}

// plainCodecs give constants for constants.
var plainCodecs = wordset.Of("base64 base64url base32 base16 hex url url+ json codec")

func codecSpecials(m map[string]special) {
	for name, codec := range decoders {
		m[name] = decoder(codec)
	}
	m["bytearray"], m["memoryview"] = asText, asText
}

// encoded ties the result of an encoder to what went into it.
func encoded(codec string, v *Value, args []Arg, recv *Value) *Value {
	x := argValue(args, 0)
	if x == nil {
		x = recv
	}
	if x == nil {
		return v
	}
	c := *v
	c.root = v.id()
	if x.Harmless() && plainCodecs[codec] {
		c.fixed = true
		if s, ok := x.Text(); ok && codec == "base64" {
			c.fixed = false
			c.Consts = []Const{{Kind: BytesConst, S: base64.StdEncoding.EncodeToString([]byte(s))}}
		}
	}
	c.rel = &relation{how: "encoded", base: x, codec: codec}
	return &c
}

// decoder gives back what went into the encoder; of any other data, nothing
// that it was cleaned for holds any more.
func decoder(codec string) special {
	return func(_ *frame, n syntax.Node, args []Arg) *Value {
		if len(args) == 0 || args[0].Name == "*" || args[0].Name == "**" {
			return nil
		}
		v := args[0].Value
		if v.rel != nil && v.rel.how == "encoded" && (v.rel.codec == codec || v.rel.codec+"+" == codec) {
			return v.rel.base.decoded(n, codec, v)
		}
		if v.Harmless() {
			if codec == "json" {
				return nil
			}
			return &Value{Type: "str", fixed: v.Consts != nil || v.fixed}
		}
		if codec == "codec" {
			return pieceOf(v)
		}
		w := whole(v)
		if len(w.Origins) == 0 {
			return nil
		}
		out := &Value{Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
		if ^w.Clean != 0 { // a value that is harmless altogether stays so, and one whose sender is known
			out.Clean, out.Weak = w.Clean&models.Deserialize, 0
		}
		out = out.decoded(n, codec, w)
		switch codec {
		case "json":
		case "url", "url+", "html":
			out.Type = "str"
		default:
			out.Type = "bytes"
		}
		return out
	}
}

// decoded remembers of v, which was decoded from x, that x was escaped.
func (v *Value) decoded(n syntax.Node, codec string, x *Value) *Value {
	escapes := codec == "html" || codec == "url" || codec == "url+"
	was := x.Clean & (models.HTML | addressKinds | models.Path) &^ v.Clean
	if !escapes || was == 0 {
		return v
	}
	return v.checked(n, Decoded, was)
}
