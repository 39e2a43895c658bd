response = requests.get(user_provided_url)  # want ssrf, request-without-timeout
