return f"<p>Hello {user_input}</p>"  # want html-built-from-variables
