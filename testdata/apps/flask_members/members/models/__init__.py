from .user import User, db

__all__ = ["User", "db"]
