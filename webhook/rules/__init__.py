"""The catalogue: every rule, one file each, and this the only list of them.

To add one: write ``webhook/rules/<id>.py`` (the class is the rule: its fields are the options, its
docstring the documentation, its examples the tests), add a line below, run ``make generate``. This
room must never do I/O, and no rule may know another.
"""

from types import MappingProxyType

from webhook.policy.loader import Catalogue
from webhook.rules.development_server import DevelopmentServer
from webhook.rules.floating_tag import FloatingTag
from webhook.rules.image_size import ImageSize
from webhook.rules.musl_python_base import MuslPythonBase
from webhook.rules.non_numeric_user import NonNumericUser
from webhook.rules.non_slim_base import NonSlimBase
from webhook.rules.python_dont_write_bytecode import PythonDontWriteBytecode
from webhook.rules.python_eol import PythonEol
from webhook.rules.python_unbuffered import PythonUnbuffered
from webhook.rules.require_digest import RequireDigest
from webhook.rules.run_as_root import RunAsRoot
from webhook.rules.shell_form_command import ShellFormCommand

CATALOGUE: Catalogue = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            MuslPythonBase,
            RunAsRoot,
            NonNumericUser,
            PythonUnbuffered,
            PythonDontWriteBytecode,
            ImageSize,
            NonSlimBase,
            FloatingTag,
            RequireDigest,
            PythonEol,
            ShellFormCommand,
            DevelopmentServer,
        )
    }
)
"""Rule id → rule, in the order in which people should read of them."""
