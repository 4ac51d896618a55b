"""Types of requests and answers, generated from the OpenAPI document. They are plain dictionaries at run time."""

from ._generated.types import *  # noqa: F401,F403
