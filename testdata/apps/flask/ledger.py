"""What the desk asks its database; called with a connection and plain values."""


def count_tickets(db, states):
    quoted = ", ".join("'" + state + "'" for state in states)  # at quoted
    sql = "SELECT count(*) FROM tickets WHERE state IN (%s)" % quoted  # at counted
    return db.execute(sql).fetchone()[0]  # want sql-injection via states count quoted counted


def search_notes(db, filters):
    where = " AND ".join(f"{column} = ?" for column in filters)  # at where
    sql = f"SELECT body FROM notes WHERE {where}"  # at notes_sql
    return db.execute(sql, list(filters.values())).fetchall()  # want sql-injection via filters where notes_sql


def owner_of(db, login):
    cursor = db.cursor()
    cursor.execute("SELECT name FROM owners WHERE login = '" + login + "'")  # want sql-injection via login owner_call
    return cursor.fetchone()


def owner_of_bound(db, login):
    cursor = db.cursor()
    cursor.execute("SELECT name FROM owners WHERE login = ?", (login,))
    return cursor.fetchone()
