package transport

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/transport"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// CheckHostName has the name of a server checked.
var CheckHostName = &fix.Fix{Name: "check-host-name", For: []*analysis.Rule{transport.TLSHostnameCheckDisabled}, Compute: checkHostName}

// nameCaveat: a private host usually had a reason.
const nameCaveat = "A server whose certificate is private, or made for another name, is refused from now on: give the context the CA file, or connect by the name in the certificate."

// contexts are the keyword by which calls of the standard library take a context.
var contexts = map[string]string{
	"smtplib.SMTP_SSL": "context", "smtplib.SMTP.starttls": "context", "imaplib.IMAP4_SSL": "ssl_context", "imaplib.IMAP4.starttls": "ssl_context",
	"poplib.POP3_SSL": "context", "poplib.POP3.stls": "context", "ftplib.FTP_TLS": "context", "nntplib.NNTP_SSL": "ssl_context",
}

func checkHostName(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	if target, value, ok := s.Assignment(); ok {
		if strings.HasSuffix(target.Str(), "match_hostname") {
			return fix.Refuse("The replacement of ssl.match_hostname has to be taken away by hand.")
		}
		if !fix.IsFalse(value.Node) {
			return fix.Refuse("The setting comes from %s: change it there.", fix.Short(value.Str()))
		}
		e.ReplaceNode(value, "True")
		return fix.Propose(e, nameCaveat, "Check the host name")
	}
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("What turns the check off here cannot be told.")
	}
	for _, name := range []string{"assert_hostname", "check_hostname", "ssl_check_hostname", "ssl_assert_hostname"} {
		a, ok := pyedit.Keyword(call.Node, name)
		if !ok {
			continue
		}
		if !fix.IsFalse(a.Value) {
			return fix.Refuse("The setting comes from %s: change it there.", fix.Short(a.Value.Str()))
		}
		if name == "ssl_check_hostname" {
			e.ReplaceNode(call.On(a.Value), "True")
		} else if !e.RemoveArg(call, a) {
			return fix.Refuse("A comment beside %s= would be lost.", name)
		}
		return fix.Propose(e, nameCaveat, "Check the host name")
	}
	keyword := contexts[s.EventName()]
	if keyword == "" || pyedit.Unpacks(call.Node) {
		return fix.Refuse("What turns the check off here cannot be told.")
	}
	for _, old := range []string{"keyfile", "certfile", keyword} {
		if _, ok := pyedit.Keyword(call.Node, old); ok {
			return fix.Refuse("The call has its own certificate: load it into a context of ssl.create_default_context(), and pass that.")
		}
	}
	if !e.AddKeyword(call, keyword, e.Use(call, "ssl", "create_default_context", pyedit.Plain)+"()") {
		return fix.Refuse("A comment stands in the way of the argument.")
	}
	return fix.Propose(e, nameCaveat, "Pass ssl.create_default_context()")
}

// ModernTLS takes obsolete protocols and ciphers away.
var ModernTLS = &fix.Fix{Name: "modern-tls", For: []*analysis.Rule{transport.WeakTLSVersion}, Compute: modernTLS}

func modernTLS(s *fix.Site) []fix.Proposal {
	n := s.Node
	e := s.Edits()
	if n.Kind() == syntax.KindCall { // set_ciphers
		stmt := s.Statement()
		if !s.File.OwnLines(stmt) || alone(stmt) {
			return fix.Refuse("The statement shares its line or block with nothing else: take it away by hand.")
		}
		e.DeleteLines(stmt)
		return fix.Propose(e, "Servers that know old ciphers only are not reached any more.", "Leave the ciphers to the library")
	}
	text := n.Str()
	head, last := "", text
	if i := strings.LastIndexByte(text, '.'); i >= 0 {
		head, last = text[:i+1], text[i+1:]
	}
	switch {
	case strings.HasSuffix(head, "TLSVersion."):
		e.ReplaceNode(n, head+"TLSv1_2")
		return fix.Propose(e, "", "Require TLS 1.2")
	case strings.HasPrefix(last, "PROTOCOL_") && head != "":
		fn := n.Parent()
		for fn.OK() && fn.Kind() != syntax.KindCall && fn.Kind() != syntax.KindBlock {
			fn = fn.Parent()
		}
		if strings.Contains(around(n.Node), "server_side=True") || strings.Contains(around(n.Node), "load_cert_chain") {
			e.ReplaceNode(n, head+"PROTOCOL_TLS_SERVER")
			return fix.Propose(e, "Clients that speak no TLS 1.2 are refused from now on.", "Use PROTOCOL_TLS_SERVER")
		} else if fn.Kind() == syntax.KindCall && strings.HasSuffix(fn.Child(syntax.FieldFunction).Str(), "wrap_socket") {
			return fix.Refuse("ssl.wrap_socket takes no safe protocol that checks the host name: use wrap_socket of ssl.create_default_context() with server_hostname=.")
		}
		e.ReplaceNode(n, head+"PROTOCOL_TLS_CLIENT")
		return fix.Propose(e, "This also has certificates and host names checked: a server with a private certificate is refused until its CA is loaded.", "Use PROTOCOL_TLS_CLIENT")
	case strings.HasSuffix(last, "_METHOD") && head != "":
		e.ReplaceNode(n, head+"TLS_METHOD")
		return fix.Propose(e, "Set the least version too: context.set_min_proto_version(SSL.TLS1_2_VERSION).", "Use TLS_METHOD")
	case strings.HasPrefix(last, "TLS1_") || last == "TLS1_VERSION" || last == "SSL3_VERSION":
		e.ReplaceNode(n, head+"TLS1_2_VERSION")
		return fix.Propose(e, "", "Require TLS 1.2")
	}
	return fix.Refuse("The protocol is imported by its name: import a newer one.")
}

// around is the text of the function around a node, or of the whole unit.
func around(n syntax.Node) string {
	for p := n; p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition || !p.Parent().OK() {
			return p.Str()
		}
	}
	return ""
}

// DefaultContext makes a context that checks.
var DefaultContext = &fix.Fix{Name: "default-context", For: []*analysis.Rule{transport.TLSDefaultContext}, Compute: defaultContext}

func defaultContext(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || s.EventName() == "ssl.wrap_socket" {
		return fix.Refuse("The name of the server is not known here: use ssl.create_default_context().wrap_socket(sock, server_hostname=name).")
	}
	e := s.Edits()
	e.ReplaceNode(call, e.Use(call, "ssl", "create_default_context", pyedit.Plain)+"()")
	return fix.Propose(e, nameCaveat, "Use ssl.create_default_context()")
}

// EncryptLogin encrypts a connection before a login.
var EncryptLogin = &fix.Fix{Name: "encrypt-login", For: []*analysis.Rule{transport.CredentialsOverCleartext}, Compute: encryptLogin}

func encryptLogin(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("What logs in here cannot be told.")
	}
	e := s.Edits()
	for _, a := range pyedit.Args(call.Node) {
		if text := a.Value.Str(); a.Value.Kind() == syntax.KindString && strings.Contains(text, "http://") {
			e.ReplaceNode(call.On(a.Value), strings.Replace(text, "http://", "https://", 1))
			return fix.Propose(e, "The server has to speak https.", "Use https")
		}
	}
	fn := call.Child(syntax.FieldFunction)
	object := fn.Child(syntax.FieldObject)
	stmt := s.Statement()
	switch {
	case fn.Kind() != syntax.KindAttribute || object.Kind() != syntax.KindIdentifier || stmt.Kind() != syntax.KindExpressionStatement:
		return fix.Refuse("Where the connection is made cannot be told: encrypt it there.")
	case s.EventName() == "smtplib.SMTP.login":
		context := e.Use(call, "ssl", "create_default_context", pyedit.Plain)
		if !e.InsertBefore(stmt, object.Str()+".starttls(context="+context+"())") {
			return fix.Refuse("No statement can stand before the login.")
		}
		return fix.Propose(e, "The server has to offer STARTTLS, mostly on port 587.", "Start TLS before the login")
	}
	return fix.Refuse("The connection has to be made by the encrypted class.")
}

// EncryptFTP moves FTP to FTP over TLS.
var EncryptFTP = &fix.Fix{Name: "encrypt-ftp", For: []*analysis.Rule{transport.CleartextProtocolClient}, Compute: encryptFTP}

func encryptFTP(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || s.EventName() != "ftplib.FTP" {
		return fix.Refuse("No encrypted form of this protocol takes its place: use SSH or HTTPS.")
	}
	stmt := s.Statement()
	assign := stmt.On(stmt.NamedChild(0))
	target := assign.Child(syntax.FieldLeft)
	if assign.Kind() != syntax.KindAssignment || target.Kind() != syntax.KindIdentifier {
		return fix.Refuse("Behind the login prot_p() has to be called: the place cannot be told.")
	}
	var login pyedit.At
	for _, n := range siblings(s.File, stmt) {
		if c := n.On(n.NamedChild(0)); c.Kind() == syntax.KindCall && c.Child(syntax.FieldFunction).Str() == target.Str()+".login" {
			login = n
		}
	}
	if !login.OK() {
		return fix.Refuse("Behind the login prot_p() has to be called: the place cannot be told.")
	}
	e := s.Edits()
	e.ReplaceNode(call.On(call.Child(syntax.FieldFunction)), e.Use(call, "ftplib", "FTP_TLS", pyedit.Plain))
	if _, ok := pyedit.Keyword(call.Node, "context"); !ok && !e.AddKeyword(call, "context", e.Use(call, "ssl", "create_default_context", pyedit.Plain)+"()") {
		return fix.Refuse("A comment stands in the way of the argument.")
	}
	if !e.InsertBehind(login, target.Str()+".prot_p()") {
		return fix.Refuse("Behind the login prot_p() has to be called: no statement can stand there.")
	}
	return fix.Propose(e, "The server has to offer FTP over TLS, with a certificate for its name.", "Use FTP_TLS with prot_p()")
}

// KnownHosts has the key of an SSH server compared with the known ones.
var KnownHosts = &fix.Fix{Name: "known-hosts", For: []*analysis.Rule{transport.SSHHostKeyUnchecked}, Compute: knownHosts}

const hostCaveat = "A server whose key is not in known_hosts is refused from now on: put it there, with ssh-keyscan over a way that can be trusted."

func knownHosts(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	if n := s.Node; n.Kind() == syntax.KindString {
		text := n.Str()
		for _, no := range []string{"StrictHostKeyChecking=no", "StrictHostKeyChecking=off", "StrictHostKeyChecking no"} {
			if strings.Contains(text, no) {
				e.ReplaceNode(n, strings.ReplaceAll(text, no, no[:len("StrictHostKeyChecking")+1]+"yes"))
				return fix.Propose(e, hostCaveat, "Check the key of the server")
			}
		}
		return fix.Refuse("The option is written in a form that is not understood.")
	}
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("Load the known keys into hostkeys instead: cnopts.hostkeys.load(path).")
	}
	if a, ok := pyedit.Keyword(call.Node, "known_hosts"); ok {
		if !e.RemoveArg(call, a) {
			return fix.Refuse("A comment beside known_hosts= would be lost.")
		}
		return fix.Propose(e, hostCaveat, "Check the key of the server")
	}
	if a, ok := pyedit.Keyword(call.Node, "ssh_strict"); ok {
		e.ReplaceNode(call.On(a.Value), "True")
		return fix.Propose(e, hostCaveat, "Check the key of the server")
	}
	a, ok := pyedit.Argument(call.Node, 0, "policy")
	object := call.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	stmt := s.Statement()
	if !ok || !object.OK() || stmt.Kind() != syntax.KindExpressionStatement || s.Callee(call) == "" {
		return fix.Refuse("The policy is chosen somewhere else: change it there.")
	}
	text := a.Value.Str()
	weak := "AutoAddPolicy"
	if strings.Contains(text, "WarningPolicy") {
		weak = "WarningPolicy"
	}
	if !strings.Contains(text, weak) {
		return fix.Refuse("The policy is chosen somewhere else: change it there.")
	}
	if strings.Contains(text, ".") {
		e.ReplaceNode(call.On(a.Value), strings.Replace(text, weak, "RejectPolicy", 1))
	} else {
		e.ReplaceNode(call.On(a.Value), e.Use(call, "paramiko", "RejectPolicy", pyedit.Plain)+"()")
		e.DropImport(weak)
	}
	if !strings.Contains(around(stmt.Node), object.Str()+".load_system_host_keys(") && !e.InsertBefore(stmt, object.Str()+".load_system_host_keys()") {
		return fix.Refuse("No statement can stand before this one.")
	}
	return fix.Propose(e, hostCaveat, "Refuse unknown servers")
}
