#: rule weak-random
import random
import string


#: proof
def shape(text):
    return len(str(text)) > 0, type(text).__name__


def benign(p):
    return shape(p.token())


def exploit(p):
    def seeded():
        random.seed(7)
        return p.token()

    return seeded() == seeded()


#: case choice of letters
def token():
    reset_token = "".join(random.choice(string.ascii_letters) for _ in range(32))
    return reset_token


#: case choices
def token():
    session_token = "".join(random.choices(string.ascii_letters + string.digits, k=40))
    return session_token


#: case randint
def token():
    password_reset_code = random.randint(100000, 999999)
    return password_reset_code


#: case getrandbits
def token():
    api_key = "%032x" % random.getrandbits(128)
    return api_key


#: case sample
def token():
    secret = "".join(random.sample(string.ascii_lowercase, 12))
    return secret
