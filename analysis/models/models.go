// Package models says what libraries do with data: which values come from
// outside, which calls are dangerous with them, which make them harmless. All
// of it is data in data/*.yaml, one file for each library, strictly decoded.
//
// Names. A dotted name stands for a module, function, class or object as it is
// imported: "os.system", "flask.request". An instance of a class is written by
// its class, its members by "Class.member": flask.request has the type
// flask.Request, so request.args is "flask.Request.args". A member is looked
// up in the class, then in its bases. "name()" is what a call of name gives,
// "name[]" an element of it, "name.*" each attribute that nothing else is said
// of. A leading dot, ".execute", stands for a method of a receiver whose type is
// not known.
package models

// Kind is a set of sink kinds: the ways in which data can do harm.
type Kind uint64

// Sink kinds, named as in the data files.
const (
	SQL Kind = 1 << iota
	Command
	Code
	Template
	HTML
	Path
	URL
	Redirect
	Deserialize
	Header
	Log
	Regex
	XML
	LDAP
	XPath
	NoSQL
	Password           // a password reaching a fast digest
	Argument           // an element of an argument list that a program may read as an option
	Program            // the program that is run
	RemoteCommand      // a command line for another machine's shell
	Import             // the name of a module to load
	Reflect            // the name of an attribute, variable or class to reach
	Format             // a text whose format fields are expanded
	Query              // a query language other than SQL: Cypher, GraphQL, Elasticsearch, Lua
	Filter             // names of fields and lookups of an ORM filter
	Assign             // names of the fields of an object that is written
	Markup             // XML, SVG and the like that is not HTML
	CSV                // cells of a table that a spreadsheet opens
	Mail               // header fields of a mail
	MailHTML           // the HTML body of a mail
	Session            // what a session or other trusted store holds
	Cookie             // name, value, domain or path of a cookie
	Detail             // error details in a response
	Alloc              // sizes and counts that memory or time is spent on
	All           Kind = 1<<64 - 1
)

// Tier grades where data comes from.
type Tier uint8

// Tiers, most dangerous last.
const (
	Constant Tier = iota // the program's own
	Opaque               // an attribute, global or call result of unknown origin
	Error                // what an exception says of the inside of the program
	Unknown              // a parameter of unknown origin
	Operator             // command line, environment, configuration
	Stored               // second hand: database, cache, session, other systems
	Remote               // a remote client
)

// Followed reports whether the way of such data is worth telling: it comes from
// outside, or must not get there.
func (t Tier) Followed() bool { return t >= Operator || t == Error }

// Source says that a value comes from outside.
type Source struct {
	Value string `yaml:"value"` // attribute or object, "flask.Request.args"
	Call  string `yaml:"call"`  // result of a call
	Param string `yaml:"param"` // "Class.method:1", parameter of a method that users override, counted after self from 0
	Tier  string `yaml:"tier"`  // remote (default), stored, operator, error
	Clean string `yaml:"clean"` // kinds for which it is harmless, comma separated
	Type  string `yaml:"type"`  // class of the value, where it matters

	tier  Tier
	clean Kind
}

// Sink says that an argument of a call is dangerous.
type Sink struct {
	Call string   `yaml:"call"` // "sys.modules[]" stands for reading an item, whose key is argument 0
	Set  string   `yaml:"set"`  // assignment target: "flask.Response.headers[Location]", "[*]" for any key
	Kind string   `yaml:"kind"`
	Args []string `yaml:"args"` // positions from 0 or keyword names of one dangerous argument each: ["0", "sql"]; "0[0]" the first element of it if it is a list; "*" for all positional, "*=" for all keywords; "**" the keys of mappings that are unpacked; "self" the receiver
	// When lists arguments that must have one of the constants: {shell: [true]}.
	When map[string][]any `yaml:"when"`
	// Unless lists arguments that make the call harmless by a constant.
	Unless map[string][]any `yaml:"unless"`
	// Text is what the dangerous text must look like: sql for sinks known by
	// method name only, newline for template texts that may also be names,
	// built for texts put together of literals and values.
	// markup, cypher and ldap for those that take any text, dict for a filter written
	// out, code for a text that is run where the kind means a document. percent
	// and braces say that the other arguments fill the fields of the first.
	Text string `yaml:"text"`
	// Receiver lists words of which the expression of a receiver of unknown type
	// must hold one: [log] for .info.
	Receiver []string `yaml:"receiver"`
	// Driver names the way of binding parameters: qmark sqlite3, format psycopg...
	Driver string `yaml:"driver"`
	// Mime names arguments that hold the content type; the sink counts if it is
	// HTML or absent. Default says what absent means: html (default) or other.
	Mime    []string `yaml:"mime"`
	Default string   `yaml:"default"`
	// Weak lowers the confidence by one step.
	Weak bool `yaml:"weak"`

	kind Kind
}

// Clean says that the result of a call is harmless for some kinds.
type Clean struct {
	Call   string           `yaml:"call"`
	Clears string           `yaml:"clears"` // kinds, comma separated, or all
	Arg    string           `yaml:"arg"`    // only this argument's data is cleaned; default all
	When   map[string][]any `yaml:"when"`
	Weak   bool             `yaml:"weak"` // a half measure: lowers the finding instead

	kinds Kind
}

// Guard says that a call tells whether an argument is harmless.
type Guard struct {
	Call   string `yaml:"call"`
	Arg    string `yaml:"arg"` // position from 0, keyword or self
	Clears string `yaml:"clears"`
	On     string `yaml:"on"` // true (default): result is true; return: it returned at all instead of raising
	Weak   bool   `yaml:"weak"`

	kinds Kind
}

// Pass says which arguments the result of a call carries. A call that no
// model knows carries all of them.
type Pass struct {
	Call string   `yaml:"call"`
	From []string `yaml:"from"` // positions, keywords, self; empty: nothing
	// To is return (default) or self: a method that stores its argument.
	To     string `yaml:"to"`
	Stored bool   `yaml:"stored"` // the result is second hand data
}

// Route says how a framework calls a handler.
type Route struct {
	Decorator string   `yaml:"decorator"` // flask.Flask.route
	Call      string   `yaml:"call"`      // registration by call: starlette.routing.Route
	Base      string   `yaml:"base"`      // handler classes: django.views.View
	Methods   []string `yaml:"methods"`   // of the class that are handlers: [get, post]
	Path      string   `yaml:"path"`      // argument with the URL pattern
	Handler   string   `yaml:"handler"`   // argument with the handler function, for Call
	// Request is the position (after self) of the request parameter and its class.
	Request *int   `yaml:"request"`
	Type    string `yaml:"type"`
	// Params says what the other parameters are: url (those named in the
	// pattern, with its converters), all (every one comes from the client),
	// typed (FastAPI: by annotation), none (default).
	Params string `yaml:"params"`
	// Syntax of the pattern: flask "<int:id>", brace "{id:int}", regex "(?P<id>\d+)".
	Syntax string `yaml:"syntax"`
	// Returns says what a returned string becomes: html, json, none (default).
	Returns string `yaml:"returns"`
}

// Request tells the class of a handler's request parameter by its name, for
// functions whose registration is in another file.
type Request struct {
	Name   string `yaml:"name"`   // of the first parameter (after self)
	Import string `yaml:"import"` // the file imports this root module
	Type   string `yaml:"type"`
}

// Library is one data file.
type Library struct {
	Library  string              `yaml:"library"`
	Roots    []string            `yaml:"roots"`   // root modules that make it relevant; default the library's name
	Aliases  map[string]string   `yaml:"aliases"` // other dotted names of the same thing
	Types    map[string]string   `yaml:"types"`   // "sqlite3.connect()": sqlite3.Connection
	Bases    map[string][]string `yaml:"bases"`
	Sources  []Source            `yaml:"sources"`
	Sinks    []Sink              `yaml:"sinks"`
	Cleans   []Clean             `yaml:"cleans"`
	Guards   []Guard             `yaml:"guards"`
	Passes   []Pass              `yaml:"passes"`
	Routes   []Route             `yaml:"routes"`
	Requests []Request           `yaml:"requests"`
	// Unbound lists names that a fragment pasted without its imports may use:
	// {request: flask.request}.
	Unbound map[string]string `yaml:"unbound"`
}
