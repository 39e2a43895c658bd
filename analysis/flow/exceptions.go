package flow

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// exception is what `except E as x` binds to x: what it says comes from inside
// the program, unless the program wrote the text itself.
func (f *frame) exception(clause syntax.Node) *Value {
	name := clause.NamedChild(1)
	if name.OK() && name.Kind() == syntax.KindAsPatternTarget {
		name = name.First()
	}
	return f.raised(clause.NamedChild(0), name)
}

// handled is what a handler of exceptions is called with: the parameter p of a
// function decorated with @app.errorhandler(E); nil if it is none.
func (f *frame) handled(fn *Func, p python.Param, i int) *Value {
	if i > 1 || p.Kind != python.Positional {
		return nil
	}
	for _, d := range python.Decorators(fn.node) {
		if d.Kind() != syntax.KindCall {
			continue
		}
		name := d.Child(syntax.FieldFunction).Str()
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "errorhandler", "app_errorhandler":
			if i != 0 {
				return nil
			}
		case "exception_handler":
			if i != 1 {
				return nil
			}
		case "exception": // of Sanic
			if i != 1 {
				return nil
			}
		default:
			continue
		}
		if class := d.Child(syntax.FieldArguments).NamedChild(0); class.OK() && class.Kind() != syntax.KindInteger {
			return f.raised(class, p.Node)
		}
	}
	return nil
}

// raised is an exception of one of the classes that an expression names.
func (f *frame) raised(class, name syntax.Node) *Value {
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	v := typed("Exception")
	classes := f.eval(class)
	list := []*Value{classes}
	if classes.Type == "tuple" {
		list = classes.values()
	}
	worst := own
	for _, c := range list {
		worst = max(worst, says(c))
	}
	if worst == own || !name.OK() {
		return v
	}
	label := name
	if id := name.NamedChild(0); name.Kind() != syntax.KindIdentifier && id.OK() {
		label = id
	}
	c := *v
	c.Origins = []Origin{{Tier: models.Error, Label: label.Str(), Node: name}}
	if worst == mixed {
		c.Weak = models.Detail
	}
	return &c
}

// message tells whose words the text of an exception is.
type message uint8

const (
	own    message = iota // the program's, or made to be read by clients
	mixed                 // raised by checks of the program as well as by Python
	inside                // Python's or a library's: paths, queries, addresses
)

// says is whose words the exceptions of a class are.
func says(class *Value) message {
	if class.cls != nil {
		return own
	}
	name := class.Name
	leaf := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case strings.HasPrefix(name, "."), name == "":
		return own // Model.DoesNotExist; not known
	case strings.Contains(leaf, "Validation"), strings.Contains(leaf, "DoesNotExist"), strings.Contains(leaf, "NotFound") && leaf != "FileNotFoundError" && leaf != "ModuleNotFoundError",
		strings.HasSuffix(leaf, "HTTPException"), leaf == "HTTPError" && !strings.HasPrefix(name, "requests.") && !strings.HasPrefix(name, "urllib."):
		return own
	case mixedErrors[name]:
		return mixed
	case leaf == name: // a builtin, or a class that nothing is known of
		if builtinErrors[name] {
			return inside
		}
		return own
	}
	if libraryErrors[name[:strings.IndexByte(name, '.')]] {
		return inside
	}
	return own
}

var mixedErrors = wordset.Of(`ValueError TypeError KeyError IndexError LookupError AttributeError AssertionError NotImplementedError
	ArithmeticError ZeroDivisionError OverflowError UnicodeError UnicodeDecodeError UnicodeEncodeError StopIteration RuntimeError
	json.JSONDecodeError json.decoder.JSONDecodeError binascii.Error jwt.InvalidTokenError jwt.exceptions.InvalidTokenError
	jwt.PyJWTError jwt.DecodeError jwt.ExpiredSignatureError`)

var builtinErrors = wordset.Of(`Exception BaseException OSError IOError EnvironmentError FileNotFoundError PermissionError FileExistsError
	IsADirectoryError NotADirectoryError ConnectionError ConnectionRefusedError TimeoutError SystemError MemoryError ImportError
	ModuleNotFoundError SyntaxError NameError RecursionError EOFError BrokenPipeError ConnectionResetError BlockingIOError`)

// libraryErrors are root modules whose exceptions tell of queries, addresses
// and paths.
var libraryErrors = wordset.Of(`sqlite3 psycopg2 psycopg pymysql MySQLdb mysql asyncpg aiosqlite sqlalchemy pymongo redis requests httpx urllib
	urllib3 aiohttp subprocess socket ssl smtplib ftplib paramiko ldap ldap3 lxml xml yaml pickle shutil zipfile tarfile botocore boto3
	peewee tortoise pyodbc cx_Oracle oracledb neo4j elasticsearch opensearchpy celery kombu docker jinja2 os`)
