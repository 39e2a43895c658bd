package flow

import (
	"pavise/analysis/lang/template"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// EventKind says what happened.
type EventKind uint8

// Event kinds.
const (
	Called   EventKind = iota // a call of a name that a model or rule knows
	Assigned                  // an assignment to a known name, attribute or key
	Returned                  // a handler returned a value: Name is html, plain for a function that may be one, fragment, data
	Built                     // a SQL text was built and reaches no known sink
	Tested                    // a half measure decides what happens to data
	Output                    // a template puts a value into a page
	Handled                   // a function that a framework calls: Node is its definition, Args are its decorators
	Form                      // a form of a template is sent by POST: Node is its tag
	Received                  // data of a client is read: Node is the expression or the parameter; only of a program that was told to [Program.Observe]
	Compared                  // == or != (Name) of two values (Args), one of which is a digest or bears the name of a secret
	// Decided is what hangs on data of a remote client: ==, !=, in, not in or
	// startswith (Name) of two values (Args), or "" for the truth of one.
	Decided
)

// Arg is one argument of a call.
type Arg struct {
	Name  string      // keyword, "" for positional, "*" and "**" for unpacking
	Node  syntax.Node // the value's expression
	Value *Value
	// Param is the parameter of the function that an event's Node calls which hands
	// this on to the event's Sink untouched, or "".
	Param string
}

// Event is something that happened to values which rules judge and fixes
// rewrite. It lives only as long as the unit it was found in is looked at.
type Event struct {
	Kind EventKind
	Node syntax.Node // the call, assignment, returned or built expression; Node.Unit() is its unit
	// Name is the qualified name of what was called or set: "sqlite3.Cursor.execute",
	// ".execute" where the receiver's type is unknown, "SECRET_KEY" for a module
	// variable, "flask.Flask.secret_key", "flask.Config[SECRET_KEY]".
	Name    string
	Sinks   []*models.Sink // that the models know for Name, and whose conditions hold here
	Recv    *Value         // receiver of a method, or nil
	Args    []Arg          // of a call
	Value   *Value         // what was assigned or added with +=, returned, built or tested
	Check   *WeakCheck     // the half measure that a value was tested by
	View    bool           // in a function that a framework calls, or in a fragment outside any function
	Inlined bool           // seen while following a call from another function
	Unused  bool           // a built text that goes nowhere
	// Indirect is set if Node is a call that calls Name in its turn, with Args.
	Indirect bool
	// OneOf is set if Name is one of several functions that the call may call.
	OneOf bool
	// Sink is the call of Name where Node is another one: the call that hands what
	// arrives, put together by the caller, to functions that pass it on untouched.
	// The Nodes of Args are expressions of Node then, or none.
	Sink syntax.Node
	// HandedOn is set if an event with a Sink tells what arrives here.
	HandedOn bool
	Hole     *Hole // of an Output
	// Overridden is set if a variable of a module or a class gets another value
	// before production runs with it: from a later statement, from a class or a
	// module for production that derives from this one.
	Overridden bool
	// SetsItself is set if the attribute of an Assigned may have a setter or a validator
	// of the program, which makes of the value what is kept.
	SetsItself bool
	Route      *models.Route // by which the function of a Handled is called; nil if only its first parameter, a request, says so
	Pattern    string        // of its URL, if it is known
	Sent       *SentForm     // of a Form
	// Through are the calls in which the function of a Handled, or its class, is
	// wrapped where it is registered: login_required.
	Through []string
	// Func is the qualified name of the enclosing function, "" at module level.
	Func string
	// Handler is the definition of the function that a framework calls in which
	// this happened, if it is one, also where the call of another led to it.
	Handler syntax.Node
}

// Hole is a place of a page that a template fills.
type Hole struct {
	template.Context
	Kind     models.Kind // that the value is not clean for
	Raw      Raw         // why it is not escaped, if that is what is wrong
	Template string      // its name, "" for a text
	Text     string      // what stands in the hole
	JSON     bool        // it is JSON, whose quotes are not those of HTML
}

// Raw says why a value is put into a page as it is.
type Raw uint8

// Reasons.
const (
	Escaped   Raw = iota
	RawFilter     // the hole's own filter says that it is escaped
	RawBlock      // escaping is switched off around the hole
	RawFile       // templates of that name, or of that environment, are not escaped
	RawValue      // the value says that it is escaped
)
