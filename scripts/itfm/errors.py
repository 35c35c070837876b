"""Errors that a person can act on: shown as a sentence, never as a stack trace."""


class UserError(Exception):
    """Something in the workspace, its files or the call is wrong; the text says what to do."""


class WorkspaceError(UserError):
    """The workspace folder or its workspace.yml cannot be used."""


class ContractError(UserError):
    """The YAML of the input layer does not describe a contract."""


class LandingError(UserError):
    """A delivered file or a mapping cannot be read."""
