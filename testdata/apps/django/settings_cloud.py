"""The same site where the environment decides: nothing here is secret."""
import os

from settings import *  # noqa: F403

SECRET_KEY = os.environ.get("LIBRARY_SECRET_KEY")
SECRET_KEY_FALLBACKS = os.environ.get("LIBRARY_OLD_SECRET_KEYS", "").split()
DEBUG = os.environ.get("LIBRARY_DEBUG", "") == "yes"
ALLOWED_HOSTS = os.environ.get("LIBRARY_HOSTS", "library.example.com").split(",")
