os.system(f"git clone {user_input}")  # want shell-dynamic-command
