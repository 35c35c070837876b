"""Run the generator as `python -m itfm.demo`."""

from itfm.demo.command import command

if __name__ == "__main__":
    command()
