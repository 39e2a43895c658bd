package cmdi

import (
	"slices"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// element is one element of the argument list of a program.
type element struct {
	value *flow.Value
	node  syntax.Node
}

// listCalls are the calls that start a program from an argument list, and the
// position of the list.
var listCalls = map[string]int{
	"subprocess.run": 0, "subprocess.call": 0, "subprocess.check_call": 0, "subprocess.check_output": 0, "subprocess.Popen": 0,
	"pty.spawn": 0, "os.execv": 1, "os.execve": 1, "os.execvp": 1, "os.execvpe": 1,
	"os.spawnv": 2, "os.spawnve": 2, "os.spawnvp": 2, "os.spawnvpe": 2, "os.posix_spawn": 1, "os.posix_spawnp": 1,
}

// spreadCalls are those that take the arguments one by one, and the position of
// the program in them.
var spreadCalls = map[string]int{
	"asyncio.create_subprocess_exec": 0, "asyncio.AbstractEventLoop.subprocess_exec": 1,
	"os.execl": 1, "os.execlp": 1, "os.spawnl": 2, "os.spawnlp": 2,
}

// Spread reports whether a call takes the arguments of a program one by one.
func Spread(name string) bool {
	_, ok := spreadCalls[name]
	return ok
}

// argvCalls are all calls that start a program with arguments.
func argvCalls() []string {
	var out []string
	for name := range listCalls {
		out = append(out, name)
	}
	for name := range spreadCalls {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// argv is the argument list with which a call starts a program without a shell,
// and what elements at unknown places can be. The list is empty if it is not
// known or a shell takes it.
func argv(e *flow.Event) (list []element, rest *element) {
	if a := flow.FindArg(e.Args, "shell"); a != nil {
		if on, ok := a.Value.Bool(); !ok || on {
			return nil, nil
		}
	}
	if from, ok := spreadCalls[e.Name]; ok {
		for i, a := range e.Args {
			switch {
			case a.Name == "*":
				return list, &element{a.Value, a.Node}
			case a.Name == "" && i >= from:
				list = append(list, element{a.Value, a.Node})
			}
		}
		return list, nil
	}
	at := listCalls[e.Name]
	a := flow.FindArg(e.Args, string(rune('0'+at)))
	if a == nil && at == 0 {
		a = flow.FindArg(e.Args, "args")
	}
	if a == nil || a.Value.Type != "list" && a.Value.Type != "tuple" {
		return nil, nil
	}
	values, _ := a.Value.Elements()
	for i, v := range values {
		node := a.Node
		if k := node.Kind(); (k == syntax.KindList || k == syntax.KindTuple) && node.NamedChild(i).OK() {
			node = node.NamedChild(i)
		}
		list = append(list, element{v, node})
	}
	if v := a.Value.Rest(); v != nil {
		rest = &element{v, e.Node}
		for c := range a.Node.NamedChildren() {
			if c.Kind() == syntax.KindListSplat {
				rest.node = c
				break
			}
		}
	}
	return list, rest
}

// starters run the program that their own arguments name.
var starters = map[string]bool{"sudo": true, "env": true, "nice": true, "nohup": true, "timeout": true, "time": true, "stdbuf": true, "ionice": true, "setsid": true, "doas": true}

// program is the name of the program that a list starts, with the elements
// behind it; "" if it is not constant.
func program(list []element) (string, []element) {
	for i, x := range list {
		text, ok := x.value.Str()
		if !ok {
			return "", nil
		}
		name := strings.TrimSuffix(text[strings.LastIndexAny(text, `/\\`)+1:], ".exe")
		if starters[name] || i > 0 && (strings.HasPrefix(name, "-") || strings.Contains(name, "=") || strings.Trim(name, "0123456789smh.") == "") {
			continue
		}
		return name, list[i+1:]
	}
	return "", nil
}

// readsOptions are programs with options that run other programs, read or write
// any file, or send requests anywhere.
var readsOptions = wordset.Of(`git hg svn bzr tar zip unzip 7z curl wget ssh scp sftp rsync find xargs awk gawk sed ffmpeg ffprobe convert magick mogrify
	identify psql pg_dump mysql mysqldump sqlite3 pip pip3 openssl chmod chown sendmail nmap tcpdump docker kubectl wkhtmltopdf pandoc gs
	man less vim mutt mail java php perl ruby python python3 node npm gpg sort rclone ldapsearch ansible ansible-playbook`)

// endsOptions are programs that read everything behind -- as an operand.
var endsOptions = wordset.Of(`rm cp mv ls cat mkdir rmdir touch grep egrep sort head tail wc chmod chown ln file stat du df diff md5sum sha256sum gzip gunzip
	git ping rsync scp wget readlink basename dirname uniq cut ssh whois tr tee tar`)

// EndsOptions reports whether a program reads everything behind -- as an operand.
func EndsOptions(program string) bool { return endsOptions[program] }

// switches are options that take no value, so that what follows is an operand.
var switches = map[string]map[string]bool{
	"git": wordset.Of("-q --quiet -v --verbose --recursive --bare --mirror -f --force --all --tags --no-tags --hard --soft --mixed --prune --no-pager --oneline --stat --no-checkout --single-branch --recurse-submodules --progress"),
	"rm":  wordset.Of("-r -f -rf -fr -R"), "cp": wordset.Of("-r -a -R -f -p"), "mv": wordset.Of("-f -n"), "ls": wordset.Of("-l -a -la -lh -1 -R"), "mkdir": wordset.Of("-p"),
	"chmod": wordset.Of("-R"), "chown": wordset.Of("-R"), "grep": wordset.Of("-r -i -n -l -v -q -E -F -c -rn -in"), "sort": wordset.Of("-u -r -n"), "ln": wordset.Of("-s -sf"),
	"wget": wordset.Of("-q -qO- -nv -c -r -N --quiet --no-verbose"), "du": wordset.Of("-s -h -sh"), "wc": wordset.Of("-l -w -c"),
	"rsync": wordset.Of("-a -v -z -av -az -avz -r --delete --archive"), "scp": wordset.Of("-r -q -p -C"), "gzip": wordset.Of("-d -k -f"), "cat": wordset.Of("-n"),
	"curl": wordset.Of("-s -S -sS -L -sL -f -fsSL -sSL -fsS -k -I -i -v --silent --location --fail --insecure --head --compressed"),
	"ssh":  wordset.Of("-t -T -q -n -N -f -A -v -4 -6"), "nmap": wordset.Of("-sV -sS -sT -sP -sn -Pn -A -F -O -v -n -T4"), "unzip": wordset.Of("-o -q -l -oq -qo"),
	"zip": wordset.Of("-r -q -j"), "find": wordset.Of("-L -H -P"), "hg": wordset.Of("-q -v"), "svn": wordset.Of("-q --non-interactive"), "pip": wordset.Of("-q -U --upgrade --no-deps --user"),
	"pip3": wordset.Of("-q -U --upgrade --no-deps --user"), "ffmpeg": wordset.Of("-y -n -hide_banner"), "psql": wordset.Of("-q -t -A"),
}

// Switch reports whether an option of a program takes no value.
func Switch(program, option string) bool { return switches[program][option] }

// takesValue reports whether what follows an element is its value, which no
// program reads as an option.
func takesValue(program string, before element) bool {
	text, ok := before.value.Str()
	if !ok || text == "--" || text == "-" {
		return false
	}
	if program == "tar" && strings.HasSuffix(text, "f") && strings.Trim(text, "-cxtzjJvpkhwruaf") == "" {
		return true // tar xzf name
	}
	return strings.HasPrefix(text, "-") && !strings.Contains(text, "=") && !Switch(program, text)
}
