"""What runs inside the sandbox, and the messages that pass its wall.

Students' code shares a process with this package and can read and change all of it. So nothing here
is secret, nothing here is trusted, and nothing here imports the rest of ``dlcourse.grading``: the
sandbox sees this folder under the name ``inside``, next to a ``dlcourse`` without answers.
"""
