import secrets
from cryptography.fernet import Fernet

# Secure random generation
token = secrets.token_urlsafe(32)
api_key = secrets.token_hex(32)

# Symmetric encryption
key = Fernet.generate_key()
cipher = Fernet(key)
encrypted = cipher.encrypt(b"sensitive data")
decrypted = cipher.decrypt(encrypted)
