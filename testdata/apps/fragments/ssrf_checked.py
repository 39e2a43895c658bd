from urllib.parse import urlsplit

ALLOWED_HOSTS = {'api.example.com', 'cdn.example.com'}
parsed = urlsplit(user_provided_url)
if parsed.scheme != 'https' or parsed.hostname not in ALLOWED_HOSTS or '@' in parsed.netloc:
    raise ValueError("URL not allowed")
response = requests.get(user_provided_url, timeout=10, allow_redirects=False)
