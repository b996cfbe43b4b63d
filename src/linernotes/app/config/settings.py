"""All settings in one value. Each folder declares its own; this gathers them and adds what belongs to no folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from linernotes.domain.secret import Secret
from linernotes.dumps.settings import ImportSettings
from linernotes.facades.grpc.settings import GrpcSettings
from linernotes.searchers.tantivy.settings import SearchSettings
from linernotes.usecases.identify.settings import IdentificationSettings
from linernotes.web.settings import AccessSettings, CacheSettings, ServerSettings
from linernotes.worker.settings import WorkerSettings


class LogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is written to standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least serious events that are written.")
    ] = "info"
    format: Annotated[
        Literal["auto", "console", "json"], Meta(description="auto is console on a terminal, JSON lines elsewhere.")
    ] = "auto"


class LibrarySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How what is not in the catalogue is asked of outside sources."""

    budget_seconds: Annotated[
        float, Meta(description="How long a request waits for sources before it is told to come back.", gt=0, le=60)
    ] = 10.0
    dump_days: Annotated[
        int,
        Meta(description="After how many days what came with a dump is asked for anew, on use; 0 is never.", ge=0),
    ] = 0
    keep_days: Annotated[
        int,
        Meta(description="After how many days without a refresh what a source said is forgotten; 0 is never.", ge=0),
    ] = 0


class TracingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Traces for OpenTelemetry; needs the extra `otel`."""

    endpoint: Annotated[
        str, Meta(description="Where traces are sent over OTLP/HTTP, such as http://localhost:4318; empty is off.")
    ] = ""
    service_name: Annotated[str, Meta(description="What the service is called in traces.", min_length=1)] = "linernotes"
    sample_ratio: Annotated[
        float, Meta(description="Share of requests and jobs that are traced, from 0 to 1.", ge=0, le=1)
    ] = 1.0


class NamingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What commands that name files ask, and as whom."""

    server: Annotated[
        str,
        Meta(
            description="AcoustID server that `linernotes identify` asks, such as https://api.acoustid.org; empty is "
            "the data folder.",
            pattern=r"^(https?://[^/?#\s]+(/[^?#\s]*)?)?$",
        ),
    ] = ""
    client: Annotated[
        Secret, Meta(description="The application's key at that server; a server of ours may take any.")
    ] = Secret("")
    user: Annotated[Secret, Meta(description="The user's key, for `linernotes index add --server`.")] = Secret("")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set. ``facades`` and ``providers`` hold the settings of each under its name."""

    data_dir: Annotated[
        Path,
        Meta(description="Folder of the catalogue and the state; by default under $XDG_DATA_HOME where that is set."),
    ] = Path("~/.local/share/linernotes")
    database: Annotated[
        Secret,
        Meta(
            description="PostgreSQL for catalogue and state, as postgresql://…; without it both are in the data folder."
        ),
    ] = Secret("")
    server: ServerSettings = field(default_factory=ServerSettings)
    log: LogSettings = field(default_factory=LogSettings)
    tracing: TracingSettings = field(default_factory=TracingSettings)
    import_: ImportSettings = field(default_factory=ImportSettings, name="import")
    search: SearchSettings = field(default_factory=SearchSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    grpc: GrpcSettings = field(default_factory=GrpcSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    library: LibrarySettings = field(default_factory=LibrarySettings)
    identification: IdentificationSettings = field(default_factory=IdentificationSettings)
    naming: NamingSettings = field(default_factory=NamingSettings)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    providers: dict[str, Any] = field(default_factory=dict)
    facades: dict[str, Any] = field(default_factory=dict)
