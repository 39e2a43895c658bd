// Package models says what libraries do with data: which values come from
// outside, which calls are dangerous with them, which make them harmless. All
// of it is data in data/*.yaml, one file for each library, strictly decoded.
// The configuration of a project can say the same of its own code.
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
	Script             // code of a script or style in a page
	ScriptText         // a quoted text in a script of a page
	Unquoted           // a place in a tag of a page where no quotes hold it
	Link               // an address in a page that a click or the page itself follows
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
	Value string `yaml:"value"`                                  // attribute or object, "flask.Request.args"
	Call  string `yaml:"call"`                                   // result of a call
	Param string `yaml:"param"`                                  // "Class.method:1", parameter of a method that users override, counted after self from 0
	Tier  string `yaml:"tier" is:"remote stored operator error"` // remote (default), stored, operator, error
	Clean string `yaml:"clean" is:"kinds"`                       // kinds for which it is harmless, comma separated
	Type  string `yaml:"type"`                                   // class of the value, where it matters
	// Keyed is set if each element is a source of its own: environ["PATH_INFO"]
	// is what comes from outside. What one of them is stands under
	// "wsgi.environ[PATH_INFO]".
	Keyed bool `yaml:"keyed"`
	// Declared is set if the value is a dict with the fields that the object's
	// class declares; Checks is what the names of the methods begin with that
	// check one of them: clean_.
	Declared bool   `yaml:"declared"`
	Checks   string `yaml:"checks"`
	// Bound is set if those methods are given the field, not its value.
	Bound bool `yaml:"bound"`

	tier  Tier
	clean Kind
}

// Field says what a field that a form or schema declares lets through.
type Field struct {
	Class string `yaml:"class"`            // of the field
	Clean string `yaml:"clean" is:"kinds"` // kinds for which its values are harmless
	Type  string `yaml:"type"`             // class of its values
	// Pattern is the argument with a regular expression that is searched for in
	// its values, or with Match, matched at their start. Element is
	// the argument with the field of each element, or "self" for a schema that
	// can be a field; Checks the argument with validators.
	Pattern string `yaml:"pattern"`
	Match   bool   `yaml:"match"`
	Element string `yaml:"element"`
	Checks  string `yaml:"checks"`

	clean Kind
}

// Sink says that an argument of a call is dangerous.
type Sink struct {
	Call string   `yaml:"call"` // "sys.modules[]" stands for reading an item, whose key is argument 0
	Set  string   `yaml:"set"`  // assignment target: "flask.Response.headers[Location]", "[*]" for any key
	Kind string   `yaml:"kind" is:"kinds"`
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
	Text string `yaml:"text" is:"sql newline built markup cypher ldap dict code percent braces"`
	// Receiver lists words of which the expression of a receiver of unknown type
	// must hold one: [log] for .info.
	Receiver []string `yaml:"receiver"`
	// Driver names the way of binding parameters: qmark sqlite3, format psycopg...
	Driver string `yaml:"driver"`
	// Mime names arguments that hold the content type, or attributes of the object
	// whose member is set; "response" is what the handler told of its response
	// before. The sink counts if it is HTML or absent. Default says what absent
	// means: html (default) or other.
	Mime    []string `yaml:"mime"`
	Default string   `yaml:"default" is:"html other"`
	// Weak lowers the confidence by one step.
	Weak bool `yaml:"weak"`

	kind Kind
}

// Clean says that the result of a call is harmless for some kinds.
type Clean struct {
	Call   string           `yaml:"call"`
	Clears string           `yaml:"clears" is:"kinds"` // kinds, comma separated, or all
	When   map[string][]any `yaml:"when"`
	Weak   bool             `yaml:"weak"`   // a half measure: lowers the finding instead
	Undoes bool             `yaml:"undoes"` // decodes: what was clean is so no more
	// Digest says that the result is a digest: keyed, if it proves who made it.
	Digest string `yaml:"digest" is:"keyed plain"`

	kinds Kind
}

// Guard says that a call tells whether an argument is harmless.
type Guard struct {
	Call   string `yaml:"call"`
	Arg    string `yaml:"arg"` // position from 0, keyword or self
	Clears string `yaml:"clears" is:"kinds"`
	On     string `yaml:"on" is:"true false return"` // true (default): result is true; return: it returned at all instead of raising
	Weak   bool   `yaml:"weak"`

	kinds Kind
}

// Pass says which arguments the result of a call carries. A call that no
// model knows carries all of them.
type Pass struct {
	Call string   `yaml:"call"`
	From []string `yaml:"from"` // positions, keywords, self; empty: nothing
	// To is return (default) or self: a method that stores its argument.
	To     string `yaml:"to" is:"return self"`
	Stored bool   `yaml:"stored"` // the result is second hand data
	// As says that the result is seen through a class of the program that the
	// receiver is, or is an instance of: instance (of it, its fields by their
	// annotations), declared (a dict with the fields that it declares).
	As string `yaml:"as" is:"instance declared"`
}

// Instance says that what a call gives, or a parameter of a method that users
// override holds, is an instance of the class that an attribute of the object
// names.
type Instance struct {
	Call  string `yaml:"call"`
	Param string `yaml:"param"` // as in Source
	Of    string `yaml:"of"`    // the attribute; "" if it is never of the program
	Type  string `yaml:"type"`  // class of the value if the program does not say
}

// Route says how a framework calls a handler.
type Route struct {
	Decorator string   `yaml:"decorator"` // flask.Flask.route
	Call      string   `yaml:"call"`      // registration by call: starlette.routing.Route
	Base      string   `yaml:"base"`      // handler classes: django.views.View
	Methods   []string `yaml:"methods"`   // of the class that are handlers: [get, post]
	Path      string   `yaml:"path"`      // argument with the URL pattern
	Handler   string   `yaml:"handler"`   // argument with the handler function, for Call
	// Request is the position (after self) of the request parameter, -1 if it is
	// the last, and Type its class.
	Request *int   `yaml:"request"`
	Type    string `yaml:"type"`
	// Next is the class of the parameter after the request.
	Next string `yaml:"next"`
	// Params says what the other parameters are: url (those named in the
	// pattern, with its converters), all (every one comes from the client),
	// typed (FastAPI: by annotation), none (default).
	Params string `yaml:"params" is:"url all typed none"`
	// Syntax of the pattern: flask "<int:id>", brace "{id:int}", regex "(?P<id>\d+)".
	Syntax string `yaml:"syntax" is:"flask brace regex"`
	// Returns says what a returned string becomes: html, chunks (html, and so
	// does each string of a list or generator), bytes (chunks if the content type
	// says so), proxied (the dict of a response), json, redirect (the address of
	// one), none (default).
	Returns string `yaml:"returns" is:"html chunks bytes proxied json redirect none"`
	// Adjusts is set if a decorator only says this, of what another one registers.
	Adjusts bool `yaml:"adjusts"`
	// Media is the argument that says what a returned string becomes instead: a
	// content type or the class of a response.
	Media string `yaml:"media"`
	// Gives lists parameters, by name or position after self, that a decorator
	// fills with data of the request beside those of the route; "*" is every
	// one that the route does not know. Schema is the decorator's argument with
	// the fields of that data.
	Gives  []string `yaml:"gives"`
	Schema string   `yaml:"schema"`
	// Dependencies is the argument, and the attribute of the handler's class,
	// with a dict of what computes some parameters.
	Dependencies string `yaml:"dependencies"`
	// Signature lists what the first parameters (after self) are called of a
	// handler that is known by nothing else: ["environ", "start_response"]. Names
	// that will do as well stand behind a bar. Methods are then names of such
	// functions, any if there are none; a last * stands for the rest of a name.
	Signature []string `yaml:"signature"`
	Import    string   `yaml:"import"` // the root module that the file of such a handler imports, if it must
	// Marker is an attribute that makes a function a handler, or, set in a class,
	// those of its methods that Methods lists.
	Marker string `yaml:"marker"`
	// Args says what other parameters stand for, by name or by position after
	// self: {start_response: wsgi.start_response}.
	Args map[string]string `yaml:"args"`
	// Before lists methods of the class that are called before a handler.
	Before []string `yaml:"before"`
	// Pairs is the registering call that a pair of a pattern and a class derived
	// from Base stands for: (r"/users/(\d+)", User).
	Pairs string `yaml:"pairs"`
	// Names is the argument with the name that a call gives a pattern, Named the
	// one by which another call or decorator refers to it.
	Names string `yaml:"names"`
	Named string `yaml:"named"`
	// Encoded is set if a part of the path may hold a slash that was sent encoded.
	Encoded bool `yaml:"encoded"`
}

// Mime says that a call or an assignment tells the content type of the response
// that a handler makes.
type Mime struct {
	Call string `yaml:"call"`
	Set  string `yaml:"set"`  // assignment target, as in Sink
	Name string `yaml:"name"` // argument with the name of the header that is set
	Arg  string `yaml:"arg"`  // argument with the content type, or with headers
}

// Invoke says that a call calls a function that is handed to it, now or later.
type Invoke struct {
	Call     string `yaml:"call"`
	Function string `yaml:"function"` // argument with the function, "0" by default
	// Args is the position from which on the function's own arguments follow;
	// List and Dict are arguments that hold them instead.
	Args string `yaml:"args"`
	List string `yaml:"list"`
	Dict string `yaml:"dict"`
	// Result is set if the call gives what the function returns.
	Result bool `yaml:"result"`
	// Queued is set if the arguments pass through a queue, which others may fill.
	Queued bool `yaml:"queued"`
}

// Request tells the class of a handler's request parameter by its name, for
// functions whose registration is in another file.
type Request struct {
	Name   string `yaml:"name"`   // of the first parameter (after self)
	Import string `yaml:"import"` // the file imports this root module
	Type   string `yaml:"type"`
}

// Render says that a call renders a template, or gives one that a later call
// renders.
type Render struct {
	Call      string `yaml:"call"`
	Decorator string `yaml:"decorator"` // of a handler that returns the template's names
	Base      string `yaml:"base"`      // class of handlers one of whose methods, Method, returns the names
	Method    string `yaml:"method"`
	// Name is the argument that holds the template's name, or a list of them;
	// "self.x" is an attribute of the object. Text is the argument with the
	// template itself; Template, the one that was made by a call that Loads.
	Name     string `yaml:"name"`
	Text     string `yaml:"text"`
	Template string `yaml:"template"`
	Loads    bool   `yaml:"loads"` // nothing is rendered yet
	// Environment is the argument that knows where templates are and whether
	// they are escaped.
	Environment string   `yaml:"environment"`
	Context     []string `yaml:"context"`                   // arguments with the names the template sees: dictionaries, or "**" for all keywords
	Dialect     string   `yaml:"dialect" is:"jinja django"` // jinja (default) or django
	// Escapes says what is escaped: all (default), none, suffix (files with
	// the Suffixes, and texts), environment (as that was told; nothing if it was
	// not).
	Escapes  string   `yaml:"escapes" is:"all none suffix environment"`
	Suffixes []string `yaml:"suffixes"`
	// Knows are names that every template sees: an object ("flask.request"), an
	// instance ("django.http.HttpRequest()") or an argument ("0").
	Knows map[string]string `yaml:"knows"`
}

// TemplateFilter says what a filter of a template language does to its value.
type TemplateFilter struct {
	Filter  string `yaml:"filter"`                    // names, comma separated
	Dialect string `yaml:"dialect" is:"jinja django"` // jinja or django; both if empty
	// Escape is once (unless it is marked as escaped) or again (always).
	Escape string `yaml:"escape" is:"once again"`
	Clears string `yaml:"clears" is:"kinds"` // kinds
	Weak   bool   `yaml:"weak"`              // a half measure
	Marks  bool   `yaml:"marks"`             // the result counts as escaped from here on
	Keeps  bool   `yaml:"keeps"`             // a marked value stays marked
	// Gives is what the result is where it is not the value, changed: int, float
	// or bool; element: one of the value's; value: the value or the argument in its
	// place; attribute: a list of an attribute of the elements; list: the value;
	// joined: the elements as one text; carried: the value with the arguments in it;
	// json: JSON for a page.
	Gives string `yaml:"gives" is:"int float bool element value attribute list joined carried json"`

	clears Kind
}

// Entries say what some library, or the code of a project, does with data.
type Entries struct {
	Aliases   map[string]string   `yaml:"aliases"` // other dotted names of the same thing
	Types     map[string]string   `yaml:"types"`   // classes of objects, and of what calls give: "sqlite3.connect()": sqlite3.Connection
	Bases     map[string][]string `yaml:"bases"`   // the classes that a class derives from
	Sources   []Source            `yaml:"sources"`
	Sinks     []Sink              `yaml:"sinks"`
	Cleans    []Clean             `yaml:"cleans"`
	Guards    []Guard             `yaml:"guards"`
	Passes    []Pass              `yaml:"passes"`
	Routes    []Route             `yaml:"routes"`
	Requests  []Request           `yaml:"requests"`
	Fields    []Field             `yaml:"fields"`
	Instances []Instance          `yaml:"instances"`
	Invokes   []Invoke            `yaml:"invokes"`
	Mimes     []Mime              `yaml:"mimes"`
	Renders   []Render            `yaml:"renders"`
	Filters   []TemplateFilter    `yaml:"filters"`
	// Unbound lists names that a fragment pasted without its imports may use:
	// {request: flask.request}.
	Unbound map[string]string `yaml:"unbound"`
}

// Library is one data file.
type Library struct {
	Library string   `yaml:"library"`
	Roots   []string `yaml:"roots"` // root modules that make it relevant; default the library's name
	Entries `yaml:",inline"`
}
