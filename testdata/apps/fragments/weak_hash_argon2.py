from argon2 import PasswordHasher
hashed = PasswordHasher().hash(password)
