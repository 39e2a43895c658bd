#: rule yaml-unsafe-load
import os

import yaml


#: proof
def benign(p):
    open("settings.yml", "w").write("a: 1\nb: [x, 2.5]\nday: 2026-01-02\n")
    return p.read("settings.yml")


def exploit(p):
    if os.path.exists("stolen"):
        os.remove("stolen")
    open("bad.yml", "w").write("!!python/object/apply:builtins.open [stolen, w]\n")
    try:
        p.read("bad.yml")
    except Exception:
        pass
    return os.path.exists("stolen")


#: case UnsafeLoader
def read(path):
    with open(path) as file:
        return yaml.load(file, Loader=yaml.UnsafeLoader)


#: case Loader as the second argument
def read(path):
    with open(path) as file:
        return yaml.load(file, yaml.Loader)


#: case unsafe_load
def read(path):
    return yaml.unsafe_load(open(path).read())


#: case load_all
def read(path):
    with open(path) as file:
        return list(yaml.load_all(file, Loader=yaml.UnsafeLoader))
