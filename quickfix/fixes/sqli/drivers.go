package sqli

import (
	"slices"
	"strings"

	"pavise/analysis/models"
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
	// loose: a column of text may be compared with a number, and the other way round.
	loose bool
	// wrap: the statement is an object of text(), not a str.
	wrap bool
	// alone: parameters are taken for one statement only, not for several.
	alone bool
	// bare: one parameter may be passed without a tuple around it.
	bare bool
	// keyword is the name of the parameters argument where it has to be given.
	keyword string
}

var (
	sqlite     = &driver{name: "sqlite3", style: question, quotes: true, loose: true}
	aiosqlite  = &driver{name: "aiosqlite", style: question, quotes: true, loose: true}
	psycopg2   = &driver{name: "psycopg2", style: percent, double: true}
	psycopg    = &driver{name: "psycopg", style: percent, double: true, alone: true}
	asyncpg    = &driver{name: "asyncpg", style: numbered, spread: true, strict: true, alone: true}
	pymysql    = &driver{name: "pymysql", style: percent, double: true, limits: true, quotes: true, loose: true, bare: true}
	mysqldb    = &driver{name: "MySQLdb", style: percent, double: true, limits: true, quotes: true, loose: true, bare: true}
	aiomysql   = &driver{name: "aiomysql", style: percent, double: true, limits: true, quotes: true, loose: true, bare: true}
	connector  = &driver{name: "mysql.connector", style: percent, double: true, limits: true, quotes: true, loose: true}
	mariadb    = &driver{name: "mariadb", style: question, limits: true, quotes: true, loose: true}
	pymssql    = &driver{name: "pymssql", style: percent, double: true, bare: true}
	pyodbc     = &driver{name: "pyodbc", style: question, bare: true}
	duckdb     = &driver{name: "duckdb", style: question}
	django     = &driver{name: "django", style: percent, double: true, list: true}
	sqlalchemy = &driver{name: "sqlalchemy", style: named, wrap: true}
	databases  = &driver{name: "databases", style: named, keyword: "values"}
	snowflake  = &driver{name: "snowflake.connector", style: percent, double: true}
	trino      = &driver{name: "trino", style: question}
	oracledb   = &driver{name: "oracledb", style: named}
)

// modelled are the drivers by the names that the models of the engine use.
var modelled = map[string]*driver{
	"sqlite3": sqlite, "aiosqlite": aiosqlite, "psycopg2": psycopg2, "psycopg": psycopg, "asyncpg": asyncpg, "pymysql": pymysql,
	"mysql": mysqldb, "aiomysql": aiomysql, "mysqlconnector": connector, "mariadb": mariadb, "pymssql": pymssql, "pyodbc": pyodbc,
	"duckdb": duckdb, "django": django, "sqlalchemy-text": sqlalchemy, "databases": databases, "snowflake": snowflake, "trino": trino,
	"oracledb": oracledb,
}

// drivers by the root of their qualified names, longest first.
var drivers = []struct {
	root string
	*driver
}{
	{"mysql.connector", connector}, {"sqlite3", sqlite}, {"pysqlite2", sqlite}, {"pysqlite3", sqlite}, {"sqlcipher3", sqlite},
	{"aiosqlite", aiosqlite}, {"psycopg2", psycopg2}, {"psycopg_pool", psycopg}, {"psycopg", psycopg}, {"aiopg", psycopg2},
	{"asyncpg", asyncpg}, {"pymysql", pymysql}, {"MySQLdb", mysqldb}, {"aiomysql", aiomysql}, {"asyncmy", aiomysql}, {"mariadb", mariadb},
	{"snowflake.connector", snowflake}, {"trino", trino}, {"oracledb", oracledb}, {"cx_Oracle", oracledb},
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
// return is set if there is no doubt; the reason is set if the call belongs to
// a library whose parameters are not known here.
func candidates(s *fix.Site, p *plan) (certain *driver, all []*driver, reason string) {
	if p.text.OK() {
		return sqlalchemy, nil, ""
	}
	if p.method == "exec_driver_sql" {
		return nil, beneath(s), ""
	}
	if p.connection.OK() {
		return originDriver(s, p.connection, 0), nil, ""
	}
	if d, name := modelledDriver(s); d != nil {
		return d, nil, ""
	} else if name != "" {
		return nil, nil, "How " + name + " takes the values of a statement is not known here: see its manual for the placeholder."
	}
	if d := byName(s, p); d != nil {
		return d, nil, ""
	}
	for _, d := range imported(s) {
		if d != sqlalchemy || p.maySession() {
			all = append(all, d)
		}
	}
	if d := methodDrivers[p.method]; d != nil {
		if len(all) == 0 || slices.Contains(all, d) {
			return nil, []*driver{d}, ""
		}
	}
	return nil, all, ""
}

// modelledDriver is the driver that the models give for the call, and its name
// there.
func modelledDriver(s *fix.Site) (*driver, string) {
	if !s.HasEvent {
		return nil, ""
	}
	for _, k := range s.Event.Sinks {
		if k.Driver != "" && k.Kinds()&models.SQL != 0 {
			return modelled[k.Driver], k.Driver
		}
	}
	return nil, ""
}

// byName is the driver by the qualified name of the call or of its receiver.
func byName(s *fix.Site, p *plan) *driver {
	if s.HasEvent && s.Event.Recv != nil {
		if d := driverOf(s.Event.Recv.Type); d != nil {
			return d
		}
	}
	if s.HasEvent {
		if d := driverOf(s.Event.Name); d != nil {
			return d
		}
	}
	if d := driverOf(p.callee); d != nil {
		return d
	}
	return receiverDriver(s, p.call)
}

// imported are the drivers that the module imports.
func imported(s *fix.Site) []*driver {
	var out []*driver
	for _, d := range drivers {
		if s.File.ImportsRoot(d.root) && !slices.Contains(out, d.driver) {
			out = append(out, d.driver)
		}
	}
	return out
}

// schemes are the URLs of SQLAlchemy engines and the drivers they stand for.
var schemes = []struct {
	prefix string
	*driver
}{
	{"sqlite+aiosqlite://", aiosqlite}, {"sqlite://", sqlite}, {"postgresql+psycopg://", psycopg}, {"postgresql+psycopg2://", psycopg2},
	{"postgresql+asyncpg://", asyncpg}, {"postgresql://", psycopg2}, {"postgres://", psycopg2}, {"mysql+pymysql://", pymysql},
	{"mysql+mysqldb://", mysqldb}, {"mysql+mysqlconnector://", connector}, {"mysql+aiomysql://", aiomysql}, {"mysql://", mysqldb},
}

// beneath are the drivers that an engine of SQLAlchemy may stand on: those of
// the URLs in the module, else those that it imports.
func beneath(s *fix.Site) []*driver {
	var out []*driver
	text := string(s.File.Text)
	for _, x := range schemes {
		if strings.Contains(text, x.prefix) && !slices.Contains(out, x.driver) {
			out = append(out, x.driver)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, d := range imported(s) {
		if d != sqlalchemy && d != databases {
			out = append(out, d)
		}
	}
	return out
}
