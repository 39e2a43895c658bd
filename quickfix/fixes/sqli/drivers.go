package sqli

import (
	"strings"

	"pavise/quickfix/fix"
)

// style is the way a driver writes placeholders.
type style uint8

const (
	question style = iota // ?
	percent               // %s, and %(name)s with a mapping
	named                 // :name, with a mapping
	numbered              // $1
)

// driver says how one library binds parameters.
type driver struct {
	name  string
	style style
	// double: a literal percent sign is written twice once parameters are given.
	double bool
	// list: the library's own habit is a list, not a tuple.
	list bool
	// spread: parameters are arguments of their own behind the statement.
	spread bool
	// strict: a number is wanted where a number stands; text is an error.
	strict bool
	// limits: LIMIT and OFFSET take only numbers.
	limits bool
	// quotes: "x" can be a string literal.
	quotes bool
	// loose: a text column may be compared with a number and the other way round.
	loose bool
	// wrap: the statement is an object of text(), not a str.
	wrap bool
	// keyword is the name of the parameters argument where it has to be given.
	keyword string
}

var (
	sqlite     = &driver{name: "sqlite3", style: question, quotes: true, loose: true}
	aiosqlite  = &driver{name: "aiosqlite", style: question, quotes: true, loose: true}
	psycopg2   = &driver{name: "psycopg2", style: percent, double: true}
	psycopg    = &driver{name: "psycopg", style: percent, double: true}
	asyncpg    = &driver{name: "asyncpg", style: numbered, spread: true, strict: true}
	pymysql    = &driver{name: "pymysql", style: percent, double: true, limits: true, quotes: true, loose: true}
	mysqldb    = &driver{name: "MySQLdb", style: percent, double: true, limits: true, quotes: true, loose: true}
	aiomysql   = &driver{name: "aiomysql", style: percent, double: true, limits: true, quotes: true, loose: true}
	connector  = &driver{name: "mysql.connector", style: percent, double: true, limits: true, quotes: true, loose: true}
	mariadb    = &driver{name: "mariadb", style: question, limits: true, quotes: true, loose: true}
	pymssql    = &driver{name: "pymssql", style: percent, double: true}
	pyodbc     = &driver{name: "pyodbc", style: question}
	duckdb     = &driver{name: "duckdb", style: question}
	django     = &driver{name: "django", style: percent, double: true, list: true}
	sqlalchemy = &driver{name: "sqlalchemy", style: named, wrap: true}
	databases  = &driver{name: "databases", style: named, keyword: "values"}
)

// drivers by the root of their qualified names, longest first.
var drivers = []struct {
	root string
	*driver
}{
	{"mysql.connector", connector}, {"sqlite3", sqlite}, {"pysqlite2", sqlite}, {"pysqlite3", sqlite}, {"sqlcipher3", sqlite},
	{"aiosqlite", aiosqlite}, {"psycopg2", psycopg2}, {"psycopg_pool", psycopg}, {"psycopg", psycopg}, {"aiopg", psycopg2},
	{"asyncpg", asyncpg}, {"pymysql", pymysql}, {"MySQLdb", mysqldb}, {"aiomysql", aiomysql}, {"asyncmy", aiomysql}, {"mariadb", mariadb},
	{"pymssql", pymssql}, {"pyodbc", pyodbc}, {"duckdb", duckdb}, {"django", django}, {"databases", databases},
	{"flask_sqlalchemy", sqlalchemy}, {"sqlmodel", sqlalchemy}, {"sqlalchemy", sqlalchemy},
}

// driverOf finds the driver of a qualified name.
func driverOf(name string) *driver {
	for _, d := range drivers {
		if name == d.root || strings.HasPrefix(name, d.root+".") {
			return d.driver
		}
	}
	return nil
}

// methodDrivers are methods that only one library has.
var methodDrivers = map[string]*driver{
	"fetchrow": asyncpg, "fetchval": asyncpg, "fetch": asyncpg, "execute_fetchall": aiosqlite, "execute_insert": aiosqlite,
	"fetch_all": databases, "fetch_one": databases, "fetch_val": databases, "raw": django, "RawSQL": django, "extra": django,
}

// candidates are the drivers that may run the statement of a site. The first
// return is set if there is no doubt.
func candidates(s *fix.Site, p *plan) (certain *driver, all []*driver) {
	if p.text.OK() {
		return sqlalchemy, nil
	}
	if s.HasEvent {
		for _, k := range s.Event.Sinks {
			for _, name := range strings.Fields(k.Driver) {
				if d := driverOf(name); d != nil {
					return d, nil
				}
			}
		}
		if s.Event.Recv != nil {
			if d := driverOf(s.Event.Recv.Type); d != nil {
				return d, nil
			}
		}
		if d := driverOf(s.Event.Name); d != nil {
			return d, nil
		}
	}
	if d := driverOf(p.callee); d != nil {
		return d, nil
	}
	if d := receiverDriver(s, p.call); d != nil {
		return d, nil
	}
	seen := map[*driver]bool{}
	for _, d := range drivers {
		if s.File.ImportsRoot(d.root) && !seen[d.driver] && !(d.driver == sqlalchemy && !p.maySession()) {
			seen[d.driver] = true
			all = append(all, d.driver)
		}
	}
	if d := methodDrivers[p.method]; d != nil {
		if len(all) == 0 || seen[d] {
			return nil, []*driver{d}
		}
	}
	return nil, all
}
