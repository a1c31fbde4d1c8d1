"""The settings of the stream and of its readers: the page, the counts, MQTT and the metrics."""

from dataclasses import dataclass, field
from typing import Annotated

from edge.bounds import Bounded, Bounds, FilePath, Text, shown
from edge.settings.values import Address, TopicPrefix


@dataclass(frozen=True, kw_only=True)
class StreamSettings(Bounded):
    """`[stream]`: the local socket where other programs on the board read events and pictures of the door."""

    socket: Annotated[str, FilePath(longest=107)] = "/run/maskwatch/stream.sock"
    """Path of the local socket, beginning with "/"; if its folder does not exist, there is no socket."""

    def __post_init__(self) -> None:
        """Refuse a relative path.

        Raises:
            ValueError: A value is outside its limits.
        """
        super().__post_init__()
        if not self.socket.startswith("/"):
            raise ValueError(f'"socket" must begin with "/", as {StreamSettings.socket} does, not {shown(self.socket)}')


@dataclass(frozen=True, kw_only=True)
class PageSettings(Bounded):
    """`[page]`: the web page that shows what the camera sees."""

    listen: Address = field(default=Address("127.0.0.1", 8470))
    """Address and port of the page; an address that other machines reach, such as "0.0.0.0:8080", needs a password."""
    password_file: Annotated[str, FilePath()] = "/etc/maskwatch/page-password"
    """The password's digest, written by `sudo maskwatch page --set-password`; a relative path starts from the settings
    file's folder."""
    session_minutes: Annotated[float, Bounds(1.0, 10_080.0)] = 480.0
    """How long a browser stays signed in."""
    host_name: Annotated[str, Text(253)] = ""
    """Another name by which browsers reach the board, besides its own name, NAME.local and its addresses."""


@dataclass(frozen=True, kw_only=True)
class StatsSettings(Bounded):
    """`[stats]`: how many people came, for `maskwatch stats`."""

    database: Annotated[str, FilePath()] = "/var/lib/maskwatch-stats/counts.db"
    """SQLite file of the counts by hour; it holds nothing about who came."""
    keep_days: Annotated[int, Bounds(1, 3650)] = 400
    """How many days the counts of an hour are kept."""


@dataclass(frozen=True, kw_only=True)
class MqttSettings(Bounded):
    """`[mqtt]`: the broker that `maskwatch mqtt` publishes to; off until a broker is named."""

    broker: Annotated[str, Text(longest=253)] = ""
    """Host name or address of the broker; empty for none."""
    port: Annotated[int, Bounds(0, 65535)] = 0
    """Port of the broker; 0 takes 8883 with TLS and 1883 without."""
    tls: bool = True
    """Whether the connection is encrypted and the broker's certificate checked."""
    ca_file: Annotated[str, FilePath(optional=True)] = ""
    """PEM file with the certificate that the broker's is checked against; empty uses the system's certificates."""
    username: Annotated[str, Text(longest=255)] = ""
    """User at the broker; empty for none."""
    password_file: Annotated[str, FilePath(optional=True)] = ""
    """File with the password, which only root and the service's group can read."""
    name: Annotated[str, Text(longest=64)] = ""
    """Name of the door; empty uses the board's host name."""
    topic: Annotated[str, TopicPrefix()] = "maskwatch"
    """First part of the door's topics."""
    discovery_prefix: Annotated[str, TopicPrefix()] = "homeassistant"
    """First part of the topics by which Home Assistant discovers devices."""
    state_seconds: Annotated[float, Bounds(1.0, 3600.0)] = 30.0
    """How often an unchanged state is sent again."""


@dataclass(frozen=True, kw_only=True)
class MetricsSettings(Bounded):
    """`[metrics]`: figures for Prometheus, for `maskwatch metrics`."""

    listen: Address = field(default=Address("127.0.0.1", 9650))
    """Address and port of the HTTP server; the default is reachable only from the board itself."""
    file: Annotated[str, FilePath(ending=".prom", optional=True)] = ""
    """File for node_exporter's textfile collector, ending in ".prom", written instead of serving; empty for none."""
