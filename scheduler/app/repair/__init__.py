"""What stands is looked after: edits by hand are taken over, and what no longer holds is brought back.

`round` has it on one page; `looking`, `adopting` and `mending` are its steps, `proposals` what people say to them.
"""
