"""The one exception that reaches a person."""


class UserError(Exception):
    """Something the person at the keyboard can mend.

    Its text is one sentence that says what is wrong and how to mend it; the commands print it
    without a traceback and end with exit status 2.
    """
