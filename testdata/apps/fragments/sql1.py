query = f"SELECT * FROM users WHERE name = '{user_input}'"  # want sql-dynamic-query
