import hashlib
hashed = hashlib.md5(password.encode()).hexdigest()  # want fast-password-hash
