from urllib.parse import urlsplit

def is_safe_redirect(target, allowed_hosts=frozenset()):
    if not target or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return False
    parts = urlsplit(target)
    if not parts.scheme and not parts.netloc:
        return not target.startswith("//")
    return parts.scheme == "https" and parts.hostname in allowed_hosts and "@" not in parts.netloc

target = request.args.get('next')
return redirect(target if is_safe_redirect(target) else "/")
