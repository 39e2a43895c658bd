data = pickle.loads(user_input)  # want pickle-load
