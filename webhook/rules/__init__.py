"""The catalogue: every rule, one file each, and this the only list of them.

To add one: write ``webhook/rules/<id>.py`` (the class is the rule: its fields are the options, its
docstring the documentation, its examples the tests), add a line below, run ``make generate``. This
room must never do I/O, and no rule may know another.
"""

from types import MappingProxyType

from webhook.policy.loader import Catalogue
from webhook.rules.allowed_base import AllowedBase
from webhook.rules.apt_lists_kept import AptListsKept
from webhook.rules.apt_recommends import AptRecommends
from webhook.rules.base_os_eol import BaseOsEol
from webhook.rules.build_context_leak import BuildContextLeak
from webhook.rules.build_tools_in_runtime import BuildToolsInRuntime
from webhook.rules.bytecode_leak import BytecodeLeak
from webhook.rules.dev_dependencies import DevDependencies
from webhook.rules.development_server import DevelopmentServer
from webhook.rules.distroless_python import DistrolessPython
from webhook.rules.django_settings import DjangoSettings
from webhook.rules.floating_base_tag import FloatingBaseTag
from webhook.rules.floating_tag import FloatingTag
from webhook.rules.gunicorn_tuning import GunicornTuning
from webhook.rules.image_age import ImageAge
from webhook.rules.image_size import ImageSize
from webhook.rules.install_in_final_stage import InstallInFinalStage
from webhook.rules.installer_in_runtime import InstallerInRuntime
from webhook.rules.largest_layer import LargestLayer
from webhook.rules.layer_count import LayerCount
from webhook.rules.lockfile_install import LockfileInstall
from webhook.rules.loopback_bind import LoopbackBind
from webhook.rules.missing_probes import MissingProbes
from webhook.rules.musl_python_base import MuslPythonBase
from webhook.rules.non_numeric_user import NonNumericUser
from webhook.rules.non_slim_base import NonSlimBase
from webhook.rules.pid1_signals import Pid1Signals
from webhook.rules.pip_cache import PipCache
from webhook.rules.platform_match import PlatformMatch
from webhook.rules.python_dont_write_bytecode import PythonDontWriteBytecode
from webhook.rules.python_eol import PythonEol
from webhook.rules.python_unbuffered import PythonUnbuffered
from webhook.rules.require_digest import RequireDigest
from webhook.rules.run_as_root import RunAsRoot
from webhook.rules.secrets_in_image import SecretsInImage
from webhook.rules.shell_form_command import ShellFormCommand
from webhook.rules.tests_in_image import TestsInImage
from webhook.rules.unpinned_install import UnpinnedInstall
from webhook.rules.virtualenv_path import VirtualenvPath

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
            LargestLayer,
            LayerCount,
            NonSlimBase,
            BuildToolsInRuntime,
            InstallInFinalStage,
            PipCache,
            AptListsKept,
            AptRecommends,
            VirtualenvPath,
            LockfileInstall,
            UnpinnedInstall,
            BytecodeLeak,
            TestsInImage,
            DevDependencies,
            BuildContextLeak,
            SecretsInImage,
            InstallerInRuntime,
            FloatingTag,
            RequireDigest,
            FloatingBaseTag,
            AllowedBase,
            PythonEol,
            BaseOsEol,
            ShellFormCommand,
            Pid1Signals,
            DevelopmentServer,
            LoopbackBind,
            GunicornTuning,
            DjangoSettings,
            DistrolessPython,
            MissingProbes,
            ImageAge,
            PlatformMatch,
        )
    }
)
"""Rule id → rule, in the order in which people should read of them."""
