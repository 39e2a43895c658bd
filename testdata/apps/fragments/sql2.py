query = f"SELECT * FROM users WHERE id = {user_id}"  # want sql-dynamic-query
