"""The one exception that reaches a person."""


class UserError(Exception):
    """Something that the person at the keyboard can fix.

    The commands print its text without a traceback and end with exit status 2.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        """Say what is wrong.

        Args:
            problem: What is wrong, without a full stop.
            remedy: How to fix it, such as "name another file"; empty where the problem says it all.
        """
        self.problem, self.remedy = problem, remedy
        super().__init__(problem, remedy)

    def __str__(self) -> str:
        """Both, as one sentence."""
        sentence = f"{self.problem}: {self.remedy}" if self.remedy else self.problem
        return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
