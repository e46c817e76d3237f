"""The command line: run, demo, sync, show and check."""

import asyncio
import gc
import logging
import signal
import sys
import tempfile
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import discord
import typer
from rich.console import Console
from rich.progress import Progress

from bot.client import Paperclub, create_bot
from bot.errors import SettingsError
from bot.library.check import Report, check_folder
from bot.library.files import BeingWritten
from bot.library.index import Index
from bot.library.library import Library
from bot.library.lookup import Found, NotFound
from bot.settings import Settings, load_settings
from bot.ui.cards import library_card
from bot.ui.mentions import Mentions
from bot.ui.terminal import draw_message

app = typer.Typer(
    name="paperclub",
    help="The Discord bot of a paper reading club. Settings come from PAPERCLUB_... or a file .env; see the README.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_errors = Console(stderr=True)


class Format(StrEnum):
    """How `check` prints its report."""

    TEXT = "text"
    JSON = "json"


@app.command()
def run() -> None:
    """Connect to Discord and serve the club until the program is ended."""
    settings = load_settings()
    token = settings.read_token()
    _prepare(settings)
    gc.freeze()  # looking through what was imported, to collect garbage, would hold the event loop for 20 ms each time
    asyncio.run(_run(settings, token))


# The gateway closes so when the token was reset meanwhile.
# Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway.
_REFUSED = 4004


async def _run(settings: Settings, token: str) -> None:
    bot = create_bot(settings)
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with bot:
        serving = asyncio.create_task(_login(bot, token))
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not serving.done():
            await bot.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    if serving.done() and not serving.cancelled() and (error := serving.exception()):
        raise error


async def _login(bot: Paperclub, token: str) -> None:
    try:
        await bot.start(token)
    except (discord.LoginFailure, discord.ConnectionClosed) as error:
        if isinstance(error, discord.ConnectionClosed) and error.code != _REFUSED:
            raise
        raise SettingsError(
            "PAPERCLUB_TOKEN was refused by Discord: copy the token anew from the page Bot of your application on "
            "https://discord.com/developers/applications."
        ) from None


@app.command()
def sync() -> None:
    """Register the commands with Discord now, whether or not they changed."""
    settings = load_settings()
    token = settings.read_token()
    _prepare(settings)
    count = asyncio.run(_sync(settings, token))
    typer.echo(f"{count} commands are registered.")


async def _sync(settings: Settings, token: str) -> int:
    # Registering needs nothing that is stored, and a bot that is running holds its data folder.
    with tempfile.TemporaryDirectory(prefix="paperclub-") as data:
        bot = create_bot(settings.model_copy(update={"data": Path(data), "database_url": None}))
        bot.always_sync = True
        try:
            await bot.login(token)  # runs setup_hook, which loads every cog and registers the commands
            return len(bot.tree.get_commands())
        except discord.LoginFailure:
            raise SettingsError("PAPERCLUB_TOKEN was refused by Discord: copy it anew from the page Bot.") from None
        finally:
            await bot.close()


@app.command()
def demo(
    reviews: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="The folder to read; the sample library, if not given."),
    ] = None,
    once: Annotated[str | None, typer.Option(metavar="NAME", help="Ask /paper NAME, print the answer and end.")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The page's port; a free one, if not given.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser, where there is a desktop.")] = True,
) -> None:
    """Try the bot on a simulated Discord, in a browser page. Needs no account and no network."""
    try:
        from bot import demo as stage
    except ModuleNotFoundError as error:
        raise SettingsError(f"The demo needs {error.name}: install it with pip install 'paperclub[demo]'.") from None
    folder = reviews or stage.sample_reviews()
    asyncio.run(stage.ask_once(folder, once) if once is not None else stage.serve(folder, port, browser=browser))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A slug, words of the title, an author, an arXiv id.")],
    reviews: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="The folder to read, instead of PAPERCLUB_REVIEWS."),
    ] = None,
) -> None:
    """Show the card of a review in the terminal, as the chat will show it. Drafts can be shown too."""
    settings = load_settings(reviews=reviews)
    asyncio.run(_show(settings, name))


async def _show(settings: Settings, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="paperclub-") as data:
        index = Index(Path(data) / "index.db")
        library = Library(settings.reviews, index, settings.site_url, include=settings.reviews_include, drafts=True)
        try:
            now = discord.utils.utcnow()
            await library.open(now)
            match library.find(name, now):
                case Found(review):
                    card = await library_card(library, review, now, Mentions())
                    Console().print(draw_message(card.to_components()))
                    if not review.is_published(now):
                        _errors.print(
                            "[yellow]It is a draft, in the future or expired: the chat does not show it now.[/]"
                        )
                case NotFound(nearest):
                    hint = f" Did you mean: {', '.join(review.slug for review in nearest)}?" if nearest else ""
                    _fail(f"No review is called {name!r}.{hint}")
                case several:
                    _fail(f"Several reviews fit {name!r}: {', '.join(review.slug for review in several.reviews)}.")
        finally:
            await library.close()


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", exists=True, file_okay=False, help="The folder to check, instead of PAPERCLUB_REVIEWS."
        ),
    ] = None,
    include: Annotated[
        str | None,
        typer.Option(metavar="PATTERNS", help="Which files are reviews, instead of PAPERCLUB_REVIEWS_INCLUDE."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="Text for people or JSON for programs.")] = Format.TEXT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also list each file that is not a review.")] = False,
) -> None:
    """Say what a folder of reviews would give, and every problem in it. Exits with 1 if there are errors."""
    settings = load_settings(reviews=folder, reviews_include=include)
    with Progress(console=_errors, transient=True) as progress:
        task = progress.add_task("Reading", total=None)
        try:
            report = check_folder(
                settings.reviews,
                lambda done, total: progress.update(task, completed=done, total=total),
                include=settings.reviews_include,
            )
        except BeingWritten:
            _fail("The site's configuration is just being written. Check again in a moment.")
    if format_ is Format.JSON:
        typer.echo(report.to_json())
    else:
        _print_report(report, verbose=verbose)
    raise typer.Exit(0 if report.ok else 1)


def _print_report(report: Report, *, verbose: bool) -> None:
    for problem in report.problems:
        if problem.severity != "info" or verbose:
            # Names of files may hold anything, line ends too.
            path = problem.path if problem.path.isprintable() else repr(problem.path)
            typer.echo(f"{path}:{problem.line}: {problem.severity}: {problem.reason}")
    drafts = sum(review.draft for review in report.reviews)
    counts = Counter(problem.severity for problem in report.problems)
    words = [f"{len(report.reviews)} reviews" + (f", {drafts} of them drafts" if drafts else "")]
    words += [
        f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}" for name in ("error", "warning") if counts[name]
    ]
    if counts["info"]:
        words.append(f"{counts['info']} remarks about other files" + ("" if verbose else " (--verbose lists them)"))
    typer.echo("; ".join(words) + ".")


def _prepare(settings: Settings) -> None:
    """Start the log and make the data folder; raise SettingsError when it cannot be written to."""
    discord.utils.setup_logging(level=logging.INFO)
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        raise SettingsError(
            f"PAPERCLUB_DATA: {settings.data} cannot be written to ({error.strerror}): give a folder that the bot owns."
        ) from None


def _fail(sentence: str) -> NoReturn:
    _errors.print(sentence, highlight=False, markup=False)
    raise typer.Exit(1)


def main() -> None:
    """Run the command line; a wrong setting ends it with exit code 78 and says what to do."""
    try:
        app()
    except SettingsError as error:
        for line in error.lines:
            _errors.print(line, highlight=False, markup=False, soft_wrap=True)
        sys.exit(SettingsError.exit_code)


if __name__ == "__main__":
    main()
