"""Carries the program pavise; see __main__."""
