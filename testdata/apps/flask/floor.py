"""Programs that drive the machines."""
import os
import subprocess

SENSORS = "/opt/sensors/bin"


class Printer:
    def __init__(self, name):
        self.name = name

    def run(self, text):
        os.system(f"label --printer {self.name} '{text}'")  # want command-injection via options label running


def print_label(text):
    Printer("counter").run(text)  # at running


def measure(hall, command):
    line = f"{SENSORS}/measure {command}"  # at line
    return subprocess.check_output(line, shell=True)  # want command-injection via received measured line


def measure_all(halls=("north", "south")):
    for hall in halls:
        subprocess.check_output([f"{SENSORS}/measure", "--hall", hall])
